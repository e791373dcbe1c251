package docstest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Day is the day on which pages are written: their dates are moved by the days
// that have passed since.
var Day = time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)

var isoDate = regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b`)

// A shell is the script that one page becomes.
type shell struct {
	script  strings.Builder
	scratch string    // folder of the script's own files
	port    int       // stands for 8080, and the one above it for 8081
	now     time.Time // by which dates are moved
	replace []string  // pairs
	steps   int
}

const prelude = `set -e -o pipefail
# What runs in the background has ended before the page's folder is removed.
trap 'trap - EXIT; kill $(jobs -p) 2>/dev/null || true; wait' EXIT
# await PORT PID OUTPUT waits until something listens, and fails once the process has ended.
await() {
	for _ in $(seq 600); do
		if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
		if ! kill -0 "$2" 2>/dev/null; then return 1; fi
		sleep 0.1
	done
	return 1
}
`

func newShell(scratch string, port int, now time.Time) *shell {
	s := &shell{scratch: scratch, port: port, now: now}
	s.script.WriteString(prelude)
	return s
}

// moved returns a text of a page with its dates, addresses and replacements as
// they are in this run.
func (s *shell) moved(text string) string {
	text = strings.NewReplacer(s.replace...).Replace(text)
	days := int(s.now.UTC().Truncate(24*time.Hour).Sub(Day) / (24 * time.Hour))
	text = isoDate.ReplaceAllStringFunc(text, func(date string) string {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return date
		}
		return t.AddDate(0, 0, days).Format(time.DateOnly)
	})
	for i, shown := range []string{"8080", "8081"} {
		for _, host := range []string{"127.0.0.1:", "localhost:"} {
			text = strings.ReplaceAll(text, host+shown, fmt.Sprint("127.0.0.1:", s.port+i))
		}
	}
	return text
}

// shown returns output with the addresses that the page has.
func (s *shell) shown(output string) string {
	for i, port := range []string{"8080", "8081"} {
		output = strings.ReplaceAll(output, fmt.Sprint("127.0.0.1:", s.port+i), "127.0.0.1:"+port)
	}
	return output
}

// begin begins a step, and returns the file that its output goes to.
func (s *shell) begin() (step int, output string) {
	s.steps++
	fmt.Fprintf(&s.script, "echo %d >%s\n", s.steps, quote(filepath.Join(s.scratch, "at")))
	return s.steps, filepath.Join(s.scratch, fmt.Sprint("output-", s.steps))
}

// run adds commands.
func (s *shell) run(commands string) int {
	step, output := s.begin()
	fmt.Fprintf(&s.script, "{\n%s\n} >%s 2>&1\n", s.moved(commands), quote(output))
	return step
}

// fails adds commands of which the last ends with an exit code.
func (s *shell) fails(commands, code string) int {
	step, output := s.begin()
	fmt.Fprintf(&s.script, "set +e\n{\n%s\n} >%s 2>&1\ncode=$?; set -e\n", s.moved(commands), quote(output))
	fmt.Fprintf(&s.script, "if [ $code != %s ]; then echo \"the exit code is $code and not %s\" >>%s; false; fi\n", code, code, quote(output))
	return step
}

// background adds a command that keeps running, and waits until it listens.
func (s *shell) background(command string) int {
	step, output := s.begin()
	fmt.Fprintf(&s.script, "%s >%s 2>&1 &\nawait %d $!\n", strings.TrimSpace(s.moved(command)), quote(output), s.port)
	return step
}

// file adds a file that lies ready in the scratch folder, as name in the page's.
func (s *shell) file(from, name string) {
	fmt.Fprintf(&s.script, "mkdir -p %s && cp %s %s\n", quote(filepath.Dir(name)), quote(from), quote(name))
}

// end adds the last line, without which the script did not come to its end.
func (s *shell) end() {
	fmt.Fprintf(&s.script, "echo end >%s\n", quote(filepath.Join(s.scratch, "at")))
}

// quote quotes a word for bash.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
