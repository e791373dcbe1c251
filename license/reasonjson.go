package license

import (
	"slices"
	"strings"
)

// MarshalJSON returns the reason with its sentence and remedy in English.
func (r Reason) MarshalJSON() ([]byte, error) {
	w := &encoder{}
	valid := func(name, value string) { w.StringMember(name, strings.ToValidUTF8(value, "\uFFFD")) }
	w.Object()
	if r.Err != nil {
		valid("cause", r.Err.Error())
	}
	w.Name("code").String(strings.ToValidUTF8(string(r.Code), "\uFFFD"))
	valid("contact", r.Contact)
	w.IntMember("days", int64(r.Days))
	valid("detail", r.Detail)
	valid("feature", r.Feature)
	w.StringMember("from", r.From.String())
	valid("has", r.Has)
	w.IntMember("mark", r.Mark)
	w.IntMember("max", r.Max)
	w.IntMember("n", r.N)
	w.StringsMember("names", validTexts(r.Names))
	valid("needs", r.Needs)
	w.IntMember("now", r.Now)
	w.BoolMember("offline", r.offline())
	valid("product", r.Product)
	valid("remedy", r.Remedy(English))
	if !r.Span.IsZero() {
		w.Name("span")
		w.span(r.Span)
	}
	valid("text", r.Text(English))
	w.StringMember("until", r.Until.String())
	w.BoolMember("working", r.Working)
	w.EndObject()
	return w.Bytes()
}

func validTexts(texts []string) []string {
	valid := slices.Clone(texts)
	for i := range valid {
		valid[i] = strings.ToValidUTF8(valid[i], "\uFFFD")
	}
	return valid
}
