package description

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/examples/internal/nearest"
	"github.com/latchkey-go/latchkey/license"
)

// Decode reads one JSON object of at most license.MaxDocument bytes into a
// structure, whose fields all have a name in a tag. It refuses a member that the
// structure does not have in this exact spelling, that occurs twice, or that has a
// value of another type.
func Decode(text []byte, into any) error {
	switch {
	case len(text) > license.MaxDocument:
		return fmt.Errorf("the input has more than %d bytes, which is the limit here", license.MaxDocument)
	case license.KindOf(text) != "", bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN LATCHKEY ")):
		return ErrSigned
	case !utf8.Valid(text):
		return notJSON("it is not in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := check(d, reflect.TypeOf(into), ""); err != nil {
		return atLine(text, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the description")
	}
	if err := json.Unmarshal(text, into); err != nil {
		return notJSON(err.Error())
	}
	return nil
}

// ErrSigned is the error of a document where its description belongs.
var ErrSigned = errors.New("this is a signed document, and a file in JSON is needed here")

// A syntaxError is where a text is no JSON.
type syntaxError struct {
	why    string
	offset int64 // in bytes
}

func (e *syntaxError) Error() string { return e.why }

// atLine names the line in which a text is no JSON.
func atLine(text []byte, err error) error {
	var wrong *syntaxError
	if !errors.As(err, &wrong) {
		return err
	}
	before := text[:min(wrong.offset, int64(len(text)))]
	return notJSON(fmt.Sprintf("line %d: %s", 1+bytes.Count(before, []byte("\n")), wrong.why))
}

func notJSON(why string) error { return errors.New("this is not a description in JSON: " + why) }

// token reads one token.
func token(d *json.Decoder) (json.Token, error) {
	t, err := d.Token()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, notJSON("it is incomplete")
	case err != nil:
		offset := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = max(offset, syntax.Offset-1)
		}
		return nil, &syntaxError{err.Error(), offset}
	}
	return t, nil
}

// check reads one value and checks that a type can hold it. at is the path of the
// member for errors, "" for the whole document.
func check(d *json.Decoder, t reflect.Type, at string) error {
	first, err := token(d)
	if err != nil {
		return err
	}
	return checkValue(d, first, t, at)
}

// checkValue is check for a value whose first token was read.
func checkValue(d *json.Decoder, first json.Token, t reflect.Type, at string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if first == nil { // null says nothing
		return nil
	}
	if kind := kindOf(first); kind != wanted(t) {
		if at == "" {
			at = "the whole"
		}
		return notJSON(fmt.Sprintf("%s has to be %s, not %s", at, wanted(t), kind))
	}
	switch first {
	case json.Delim('{'):
		return checkObject(d, t, at)
	case json.Delim('['):
		return checkList(d, t, at)
	}
	return nil
}

// kindOf names the kind of value that a token is or begins.
func kindOf(t json.Token) string {
	switch t := t.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case json.Number:
		if _, err := strconv.ParseInt(t.String(), 10, 32); err != nil {
			return "another number"
		}
		return "a whole number"
	}
	if t == json.Delim('[') {
		return "a list"
	}
	return "an object"
}

// wanted names the kind of value that a type holds, as kindOf does.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// checkList reads the rest of a list.
func checkList(d *json.Decoder, t reflect.Type, at string) error {
	for i := 1; d.More(); i++ {
		if err := check(d, t.Elem(), within(at, strconv.Itoa(i))); err != nil {
			return err
		}
	}
	_, err := token(d) // the closing bracket
	return err
}

// checkObject reads the rest of an object.
func checkObject(d *json.Decoder, t reflect.Type, at string) error {
	seen := map[string]bool{}
	for d.More() {
		first, err := token(d)
		if err != nil {
			return err
		}
		name, _ := first.(string)
		if seen[name] {
			return fmt.Errorf("the member %q occurs twice", name)
		}
		seen[name] = true
		value, has := memberOf(t, name)
		if !has {
			return unknownMember(name, at, membersOf(t))
		}
		if first, err = token(d); err != nil {
			return err
		}
		if first == nil && t.Kind() == reflect.Map && t.Elem().Kind() == reflect.String {
			return fmt.Errorf("%s is null, which says nothing: leave it out, or write \"\" for no limits", within(at, name))
		}
		if err := checkValue(d, first, value, within(at, name)); err != nil {
			return err
		}
	}
	_, err := token(d) // the closing brace
	return err
}

// maxListed is how many members a message lists where none is close.
const maxListed = 12

func unknownMember(name, at string, members []string) error {
	text := fmt.Sprintf("unknown field %q", name)
	if at != "" {
		text += " in " + at
	}
	if hint := nearest.Hint(name, members); hint != "" {
		return notJSON(text + hint)
	}
	if len(members) <= maxListed {
		text += ", which has " + strings.Join(members, ", ")
	}
	return notJSON(text)
}

// membersOf returns the names of the members that a structure has.
func membersOf(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); !f.Anonymous && tag != "" && tag != "-" {
			names = append(names, tag)
		}
	}
	return names
}

// memberOf returns the type of a member; a map has members of every name.
func memberOf(t reflect.Type, name string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); !f.Anonymous && tag != "" && tag == name {
			return f.Type, true
		}
	}
	return nil, false
}

// within returns the path of a member.
func within(at, name string) string {
	if at == "" {
		return name
	}
	return at + "/" + name
}
