package docstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A block is one fenced block, or one comment for docstest.
type block struct {
	line    int // of its first line of text, from 1
	lang    string
	words   []string // behind the language
	text    string
	comment bool
}

// word returns the value of NAME=VALUE behind a block's language, or whether
// NAME stands there alone.
func (b *block) word(name string) (value string, there bool) {
	for _, w := range b.words {
		key, value, _ := strings.Cut(w, "=")
		if key == name {
			return value, true
		}
	}
	return "", false
}

func (b *block) has(name string) bool { _, there := b.word(name); return there }

// words that a block may have, by language; every language may have file.
var allowed = map[string][]string{
	"sh":   {"background", "fails", "norun"},
	"go":   {"run", "norun", "with"},
	"text": {"output"}, "json": {"output"},
}

// check returns what is wrong with a block's words.
func (b *block) check() error {
	for _, w := range b.words {
		key, value, _ := strings.Cut(w, "=")
		if key != "file" && !slices.Contains(allowed[b.lang], key) {
			return fmt.Errorf("line %d: a block of %q cannot have the word %q", b.line, b.lang, key)
		}
		if key == "norun" && value == "" {
			return fmt.Errorf("line %d: say why this does not run: norun=needs-root", b.line)
		}
	}
	if code, there := b.word("fails"); there {
		if n, err := strconv.Atoi(code); err != nil || n < 1 || n > 255 {
			return fmt.Errorf("line %d: fails=%s is no exit code from 1 to 255", b.line, code)
		}
	}
	return nil
}

const (
	fence   = "```"
	comment = "<!-- docstest "
)

// parse returns the blocks of a page in their order.
func parse(page string) ([]*block, error) {
	lines := strings.Split(page, "\n")
	var blocks []*block
	for i := 0; i < len(lines); i++ {
		line := strings.TrimLeft(lines[i], " ")
		indent := lines[i][:len(lines[i])-len(line)]
		var end int
		switch {
		case strings.HasPrefix(line, fence):
			end = find(lines, i+1, func(s string) bool { return s == indent+fence })
		case strings.HasPrefix(line, comment):
			end = find(lines, i, func(s string) bool { return strings.HasSuffix(s, "-->") })
		default:
			continue
		}
		if end < 0 {
			return nil, fmt.Errorf("line %d: this block does not end", i+1)
		}
		b := newBlock(lines[i:end+1], i, line, indent)
		if err := b.check(); err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
		i = end
	}
	return blocks, nil
}

// find returns the first line from i that holds, -1 if there is none.
func find(lines []string, i int, holds func(string) bool) int {
	if n := slices.IndexFunc(lines[i:], holds); n >= 0 {
		return i + n
	}
	return -1
}

func newBlock(lines []string, at int, head, indent string) *block {
	b := &block{line: at + 2, comment: strings.HasPrefix(head, comment)}
	head = strings.TrimPrefix(strings.TrimPrefix(head, fence), comment)
	words := strings.Fields(strings.TrimSuffix(head, "-->"))
	if len(words) > 0 && strings.HasPrefix(words[0], "file=") {
		words = slices.Insert(words, 0, "text") // a hidden file
	}
	if len(words) > 0 {
		b.lang, b.words = words[0], words[1:]
	}
	if b.comment && b.lang == "replace" {
		b.text, b.words = strings.Join(b.words, " "), nil
		return b
	}
	for _, line := range lines[1:max(1, len(lines)-1)] {
		b.text += strings.TrimPrefix(line, indent) + "\n"
	}
	return b
}
