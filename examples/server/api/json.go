package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody is the size of the largest body in bytes: a thousand signed licences
// of the usual size.
const maxBody = 8 << 20

// maxDepth is how many values may be within each other.
const maxDepth = 16

// read reads the body of a call: one JSON value that says nothing twice and
// nothing that is not understood.
func (c *call) read(into any) error {
	kind, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return &problem{status: http.StatusUnsupportedMediaType, Code: "content_type", Message: "The Content-Type of the body is not JSON.", Remedy: "Send \"Content-Type: application/json\"."}
	}
	text, err := io.ReadAll(http.MaxBytesReader(c.writer, c.request.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &problem{status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: fmt.Sprintf("The body has more than %d bytes.", maxBody), Remedy: "Send less at once."}
	case err != nil:
		return malformed("the body did not arrive whole")
	}
	if err := strict(text, into); err != nil {
		return malformed(err.Error())
	}
	return nil
}

func malformed(what string) error {
	return &problem{status: http.StatusBadRequest, Code: "json", Message: "The body cannot be read: " + what + ".", Remedy: "Correct the JSON; openapi.yaml has the members of each call."}
}

// strict decodes one JSON value. Its errors name members, and no value.
func strict(text []byte, into any) error {
	if err := namesOnce(json.NewDecoder(bytes.NewReader(text)), true, 0); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// explain says what is wrong with JSON.
func explain(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("its end is missing")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("the member %q cannot be a JSON %s", kind.Field, strings.Fields(kind.Value + " value")[0])
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return errors.New("it has a member that this call does not have: " + strings.TrimPrefix(err.Error(), "json: unknown field "))
	}
	return errors.New("it is not what this call takes")
}

// namesOnce refuses an object with a member that is there twice, of which
// encoding/json would take the last. Members of the API are in small letters,
// and encoding/json would take them in any; those of a description are for
// others to read. What is not JSON, it leaves to the caller.
func namesOnce(d *json.Decoder, own bool, depth int) error {
	if depth > maxDepth {
		return errors.New("there are too many values within values")
	}
	token, err := d.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		within := own
		if token == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				return nil
			}
			key, _ := name.(string)
			switch {
			case seen[key]:
				return fmt.Errorf("the member %q is there twice", key)
			case own && key != strings.ToLower(key):
				return fmt.Errorf("it has a member that this call does not have: %q", key)
			}
			seen[key] = true
			within = own && key != "description"
		}
		if err := namesOnce(d, within, depth+1); err != nil {
			return err
		}
	}
	_, _ = d.Token() // the closing delimiter
	return nil
}
