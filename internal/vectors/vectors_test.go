package vectors

import "testing"

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           "",
		"no end of head":  "format: a\nexpect: ok\n",
		"unknown header":  "format: a\nexpect: ok\nexpekt: ok\n--\n",
		"not a header":    "format: a\nexpect: ok\nhello\n--\n",
		"header twice":    "format: a\nformat: a\nexpect: ok\n--\n",
		"outcome missing": "format: a\n--\nbody",
		"format missing":  "expect: ok\n--\nbody",
	} {
		if _, err := Parse([]byte(text), []string{"format", "expect"}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestParse(t *testing.T) {
	v, err := Parse([]byte("format: a\nexpect: ok\n--\nline: 1\n--\n"), []string{"format", "expect"})
	if err != nil || v.Expect() != "ok" || string(v.Body) != "line: 1\n--\n" {
		t.Fatalf("got %+v, %v", v, err)
	}
}
