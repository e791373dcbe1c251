package strictjson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// copyValue writes the value that r is at.
func copyValue(r *Reader, w *Writer) {
	switch c := r.Peek(); c {
	case '"':
		w.String(r.String())
	case '{':
		w.Object()
		for m := r.Map(); m.Next(); {
			w.Name(m.Name)
			copyValue(r, w)
		}
		w.EndObject()
	case '[':
		w.Array()
		for e := r.Array(); e.Next(); {
			copyValue(r, w)
		}
		w.EndArray()
	case 't', 'f':
		w.Bool(r.Bool())
	default:
		w.Int(r.Int(-MaxInt, MaxInt))
	}
}

func rewrite(text string) (string, error) {
	r, w := NewReader(text), Writer{}
	copyValue(r, &w)
	if err := r.Close(); err != nil {
		return "", err
	}
	b, err := w.Bytes()
	return string(b), err
}

func TestAccepts(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `""`, `0`, `-1`, `true`, `false`, `9007199254740991`, `-9007199254740991`,
		`{"":0}`, `{"a":{"b":[1,2,{"c":"d"}]},"b":true}`, `[[],[[]],{}]`,
		`"åß€𝄞"`, `"\"\\\b\t\n\f\r\u0000\u001f"`, "\"\x7f/\"",
		strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth),
	} {
		got, err := rewrite(text)
		require.NoError(t, err, text)
		require.Equal(t, text, got)
		r := NewReader(text)
		r.Skip()
		require.NoError(t, r.Close(), text)

		outer, again := NewReader(`{"a":`+text+`,"b":[`+text+`,1]}`), Writer{}
		again.Object()
		for m := outer.Object(); m.Next(); {
			again.Name(m.Name).Raw(outer.Raw())
		}
		again.EndObject()
		if outer.Close() == nil { // the deepest is too deep within another
			b, err := again.Bytes()
			require.NoError(t, err)
			require.Equal(t, `{"a":`+text+`,"b":[`+text+`,1]}`, string(b))
		}
	}
	r := NewReader(`[1,02]`)
	require.Empty(t, r.Raw(), "nothing is returned beside an error")
	require.Error(t, r.Close())
}

func TestRefuses(t *testing.T) {
	for _, text := range []string{
		``, ` `, ` {}`, `{} `, `{}{}`, `nul`, `null`, `{"a":null}`, `tru`, `True`, `[true,]`, `[,]`, `[1 ,2]`, `[1, 2]`,
		`{"a":1,}`, `{"a" :1}`, `{"a": 1}`, `{a:1}`, `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1]`, `[1}`, `[1`, `{`, `[`, `"`, `"a`, `"\`, `-`,
		`{"a":1,"a":1}`, `{"b":1,"a":1}`, `{"a":{"b":1,"b":2}}`, `[{"a":1,"a":2}]`,
		`01`, `-0`, `-01`, `00`, `1.0`, `1e3`, `1E3`, `+1`, `.5`, `9007199254740992`, `-9007199254740992`, `99999999999999999999999999`,
		"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "\"\n\"", "\"\x00\"", "{\"\xff\":1}",
		`"\/"`, `"\u0041"`, `"\u000a"`, `"\u0008"`, `"\u001F"`, `"\U0001"`, `"\u00"`, `"\ud800"`, `"\x00"`, `"\'"`, "'a'", `NaN`, `//`,
		strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
		strings.Repeat(`{"a":`, MaxDepth+1) + `1` + strings.Repeat(`}`, MaxDepth+1),
		"\ufeff{}",
	} {
		_, err := rewrite(text)
		var broken *Error
		require.ErrorAs(t, err, &broken, text)
		r := NewReader(text)
		r.Skip()
		require.ErrorAs(t, r.Close(), &broken, text)
	}
}

func TestSchemaNames(t *testing.T) {
	for _, text := range []string{`{"Seats":1}`, `{"ſeatſ":1}`, `{"":1,"a b":1}`, `{"a-b":1}`, `{"\u0000":1}`} {
		r := NewReader(text)
		for m := r.Object(); m.Next(); {
			r.Skip()
		}
		require.Error(t, r.Close(), text)
	}
}

func TestFirstErrorStays(t *testing.T) {
	r := NewReader(`{"a":"x","b":1}`)
	for m := r.Object(); m.Next(); {
		require.Zero(t, r.Int(0, 1))
		require.Zero(t, r.String())
		require.False(t, r.Bool())
		require.Zero(t, r.Peek())
		r.Fail("another")
	}
	require.EqualError(t, r.Close(), "JSON at byte 5: an integer is expected")
}

func TestWriterRefuses(t *testing.T) {
	for name, write := range map[string]func(w *Writer){
		"order":     func(w *Writer) { w.Object(); w.Name("b").Int(1); w.Name("a").Int(1); w.EndObject() },
		"twice":     func(w *Writer) { w.Object(); w.Name("a").Int(1); w.Name("a").Int(1); w.EndObject() },
		"not ended": func(w *Writer) { w.Object() },
		"ended":     func(w *Writer) { w.EndObject() },
		"no object": func(w *Writer) { w.Name("a") },
		"not UTF-8": func(w *Writer) { w.String("\xff") },
		"too large": func(w *Writer) { w.Int(MaxInt + 1) },
	} {
		var w Writer
		write(&w)
		_, err := w.Bytes()
		require.Error(t, err, name)
	}
}

// FuzzReader holds that what is accepted is the one text of what it says.
func FuzzReader(f *testing.F) {
	for _, text := range []string{`{"a":[1,-2,"b\n",true,{"c":{}}]}`, `"\u001f€"`, `[9007199254740991]`, `{"a":null}`, `{"a":1,"a":2}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := rewrite(text)
		if err == nil && got != text {
			t.Fatalf("%q has a second text %q", got, text)
		}
		r := NewReader(text)
		if r.Skip(); (r.Close() == nil) != (err == nil) {
			t.Fatalf("Skip and a full read differ on %q: %v, %v", text, r.Close(), err)
		}
	})
}
