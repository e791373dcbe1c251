package binding

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const product = "acme-cad"

func fingerprint(t testing.TB, readings ...Reading) Fingerprint {
	t.Helper()
	f, err := NewFingerprint(product, readings)
	require.NoError(t, err)
	return f
}

func scheme(t testing.TB, line string) Scheme {
	t.Helper()
	s, err := ParseScheme(line)
	require.NoError(t, err)
	return s
}

func has(component string, values ...string) Reading {
	return Reading{Component: component, Values: values}
}

func hidden(component string) Reading {
	return Reading{Component: component, Err: fs.ErrPermission}
}

func bind(t testing.TB, f Fingerprint, line string) []byte {
	t.Helper()
	data, err := f.Bind(scheme(t, line))
	require.NoError(t, err)
	return data
}

func TestSeed000(t *testing.T) {
	t.Parallel()
	t.Run("0.20_binding_scheme", testMatrix)
	t.Run("0.22_hardware_keys_beside_serial_numbers", testDongle)
}

func TestSeed002(t *testing.T) {
	t.Parallel()
	t.Run("2.11_changed_hardware", testChangedHardware)
	t.Run("2.12_soft_key_bound", testCopied)
}

var four = []string{"board", "cpu", "disk", "mac"}

// A four-component scheme in every form, on every combination of what is bound,
// the same, changed and unreadable, against plain counting.
func testMatrix(t *testing.T) {
	t.Parallel()
	cases := 0
	for replaceable := range 16 {
		for n := range 5 {
			line := ""
			for i, name := range four {
				line += "+" + name
				if bit(replaceable, i) {
					line += "~"
				}
			}
			if line = line[1:]; n > 0 {
				line += fmt.Sprintf("/%d", n)
			}
			s, err := ParseScheme(line)
			if valid := (n == 0) == (replaceable == 0) && n <= count(replaceable) && n < 4; !valid {
				require.Error(t, err, line)
				continue
			}
			require.NoError(t, err, line)
			for unbound := range 16 {
				cases += testMatrixBound(t, s, replaceable, n, unbound)
			}
		}
	}
	require.Greater(t, cases, 40_000, "the matrix has shrunk")
}

func testMatrixBound(t *testing.T, s Scheme, replaceable, n, unbound int) (cases int) {
	data, err := machineWith(t, 0, unbound).Bind(s)
	if unbound&^replaceable != 0 || count(unbound) > n {
		var tooLittle *BindError
		require.ErrorAs(t, err, &tooLittle)
		require.Len(t, tooLittle.Lacking, count(unbound))
		require.Nil(t, data)
		return 0
	}
	require.NoError(t, err)
	for changed := range 16 {
		for unreadable := range 16 {
			testMatrixCase(t, s, data, replaceable, n, unbound, changed, unreadable)
			cases++
		}
	}
	return cases
}

func testMatrixCase(t *testing.T, s Scheme, data []byte, replaceable, n, unbound, changed, unreadable int) {
	m, err := machineWith(t, changed, unreadable).Match(s, data)
	require.NoError(t, err)

	// The oracle: count.
	var wantChanged, wantUnreadable, wantMissing []string
	used, surely, neededChanged, neededUnreadable := 0, 0, 0, 0
	for i, name := range four {
		switch {
		case bit(unbound, i):
			wantMissing = append(wantMissing, name)
			used++
			surely++
		case bit(unreadable, i):
			wantUnreadable = append(wantUnreadable, name)
			if bit(replaceable, i) {
				used++
			} else {
				neededUnreadable++
			}
		case bit(changed, i):
			wantChanged = append(wantChanged, name)
			if bit(replaceable, i) {
				used++
				surely++
			} else {
				neededChanged++
			}
		}
	}
	another := neededChanged > 0 || surely > n
	ok := neededChanged == 0 && neededUnreadable == 0 && used <= n

	if m.OK() != ok || m.Inconclusive() != (!ok && !another) || m.Used != used || m.Tolerance != n ||
		!slices.Equal(m.Changed, wantChanged) || !slices.Equal(m.Unreadable, wantUnreadable) || !slices.Equal(m.Missing, wantMissing) {
		t.Fatalf("%s unbound %04b changed %04b unreadable %04b: %+v", s, unbound, changed, unreadable, m)
	}
	err = machineWith(t, changed, unreadable).MatchBinding(s.String(), data)
	if ok {
		require.NoError(t, err)
		return
	}
	var mismatch *MismatchError
	require.True(t, errors.As(err, &mismatch))
	if another && len(wantChanged) > 0 {
		require.Equal(t, wantChanged, mismatch.ChangedComponents())
	} else if !another {
		require.Empty(t, mismatch.ChangedComponents())
		require.NotEmpty(t, mismatch.UnreadableComponents())
	}
}

func bit(set, i int) bool { return set>>i&1 == 1 }

func count(set int) (n int) {
	for i := range 4 {
		if bit(set, i) {
			n++
		}
	}
	return n
}

var machines [16][16]Fingerprint

func init() {
	for changed := range 16 {
		for unreadable := range 16 {
			var readings []Reading
			for i, name := range four {
				switch {
				case bit(unreadable, i):
					readings = append(readings, hidden(name))
				case bit(changed, i):
					readings = append(readings, has(name, "new-"+name))
				default:
					readings = append(readings, has(name, "old-"+name))
				}
			}
			machines[changed][unreadable], _ = NewFingerprint(product, readings)
		}
	}
}

func machineWith(t testing.TB, changed, unreadable int) Fingerprint {
	return machines[changed][unreadable]
}

// A licence bound to a dongle works on any machine that has it and on none that
// has not; a forgotten driver is another answer than a missing dongle.
func testDongle(t *testing.T) {
	t.Parallel()
	dongle := has("dongle", "HL-4711")
	data := bind(t, fingerprint(t, has("machine", "a"), dongle), "dongle")

	require.NoError(t, fingerprint(t, has("machine", "b"), dongle).MatchBinding("dongle", data))
	require.NoError(t, fingerprint(t, has("dongle", "HL-1", "HL-4711")).MatchBinding("dongle", data))

	var mismatch *MismatchError
	for name, f := range map[string]Fingerprint{
		"no dongle":      fingerprint(t, has("machine", "a"), has("dongle")),
		"another dongle": fingerprint(t, has("machine", "a"), has("dongle", "HL-4712")),
	} {
		require.ErrorAs(t, f.MatchBinding("dongle", data), &mismatch, name)
		require.Equal(t, []string{"dongle"}, mismatch.ChangedComponents(), name)
	}
	for name, f := range map[string]Fingerprint{
		"driver refuses": fingerprint(t, has("machine", "a"), hidden("dongle")),
		"never read":     fingerprint(t, has("machine", "a")),
	} {
		require.ErrorAs(t, f.MatchBinding("dongle", data), &mismatch, name)
		require.Empty(t, mismatch.ChangedComponents(), name)
		require.Equal(t, []string{"dongle"}, mismatch.UnreadableComponents(), name)
	}

	// Beside other components: the dongle, and the machine too.
	both := bind(t, fingerprint(t, has("machine", "a"), dongle), "machine+dongle")
	require.NoError(t, fingerprint(t, has("machine", "a"), dongle).MatchBinding("machine+dongle", both))
	require.Error(t, fingerprint(t, has("machine", "b"), dongle).MatchBinding("machine+dongle", both))
}

const workstation = SchemeWorkstation

func testChangedHardware(t *testing.T) {
	t.Parallel()
	parts := map[string]string{"board": "b0", "cpu": "c0", "disk": "d0", "mac": "m0"}
	now := func() Fingerprint {
		var readings []Reading
		for name, value := range parts {
			readings = append(readings, has(name, value))
		}
		return fingerprint(t, readings...)
	}
	original := bind(t, now(), workstation)
	s := scheme(t, workstation)

	// k-1, k and k+1 of the replaceable ones.
	parts["cpu"] = "c1"
	changed, allowed, err := now().BindingDrift(workstation, original)
	require.NoError(t, err)
	require.Equal(t, []string{"cpu"}, changed)
	require.Equal(t, 2, allowed)
	followed, err := now().Rebind(s, original)
	require.NoError(t, err)

	parts["disk"] = "d1"
	changed, _, err = now().BindingDrift(workstation, original)
	require.NoError(t, err)
	require.Equal(t, []string{"cpu", "disk"}, changed)
	changed, _, err = now().BindingDrift(workstation, followed)
	require.NoError(t, err)
	require.Equal(t, []string{"disk"}, changed, "the drift before was carried forward")
	followed, err = now().Rebind(s, followed)
	require.NoError(t, err)

	parts["mac"] = "m1"
	err = now().MatchBinding(workstation, original)
	var mismatch *MismatchError
	require.ErrorAs(t, err, &mismatch)
	require.Equal(t, []string{"cpu", "disk", "mac"}, mismatch.ChangedComponents())
	require.Equal(t, 2, mismatch.Tolerance())
	require.ErrorContains(t, err, "cpu, disk, mac")
	_, err = now().Rebind(s, original)
	require.ErrorAs(t, err, &mismatch, "drift beyond tolerance cannot be carried forward")

	followed, err = now().Rebind(s, followed)
	require.NoError(t, err, "one component at a time, every replaceable one may go")
	changed, _, err = now().BindingDrift(workstation, followed)
	require.NoError(t, err)
	require.Empty(t, changed)

	parts["board"] = "b1"
	require.ErrorAs(t, now().MatchBinding(workstation, followed), &mismatch)
	require.Equal(t, []string{"board"}, mismatch.ChangedComponents(), "the board must stay")
}

func testCopied(t *testing.T) {
	t.Parallel()
	values := []string{"BOARD-AAA", "CPU-AAA", "DISK-AAA", "MAC-AAA"}
	licensed := fingerprint(t, has("board", values[0]), has("cpu", values[1]), has("disk", values[2]), has("mac", values[3]))
	data := bind(t, licensed, workstation)
	other := fingerprint(t, has("board", "BOARD-BBB"), has("cpu", values[1]), has("disk", "DISK-BBB"), has("mac", "MAC-BBB"))

	err := other.MatchBinding(workstation, data)
	var mismatch *MismatchError
	require.ErrorAs(t, err, &mismatch)
	require.Equal(t, []string{"board", "disk", "mac"}, mismatch.ChangedComponents())
	text := fmt.Sprintf("%v %+v %#v", err, err, mismatch)
	for _, value := range append(values, "BBB", fmt.Sprintf("%x", data[8:16])) {
		require.NotContains(t, text, value)
	}
}

// Threat B8, the part that arithmetic can answer.
func TestClones(t *testing.T) {
	t.Parallel()
	const line = SchemeVM
	original := fingerprint(t, has("machine", "id"), has("board", "uuid-1"), has("cpu", "xeon"))
	data := bind(t, original, line)
	require.NoError(t, original.MatchBinding(line, data), "a whole clone is the same machine to arithmetic")
	require.NoError(t, fingerprint(t, has("machine", "id"), has("board", "uuid-2"), has("cpu", "xeon")).MatchBinding(line, data))
	require.Error(t, fingerprint(t, has("machine", "id"), has("board", "uuid-2"), has("cpu", "epyc")).MatchBinding(line, data))
	require.Error(t, fingerprint(t, has("machine", "new"), has("board", "uuid-1"), has("cpu", "xeon")).MatchBinding(line, data))
}

func TestSetsMeet(t *testing.T) {
	t.Parallel()
	data := bind(t, fingerprint(t, has("disk", "a", "b")), "disk")
	for name, c := range map[string]struct {
		now Reading
		ok  bool
	}{
		"the same":     {has("disk", "b", "a"), true},
		"one added":    {has("disk", "a", "b", "c"), true},
		"one removed":  {has("disk", "b"), true},
		"one replaced": {has("disk", "b", "c"), true},
		"both gone":    {has("disk", "c"), false},
		"none":         {has("disk"), false},
		"empty value":  {has("disk", ""), false},
	} {
		err := fingerprint(t, c.now).MatchBinding("disk", data)
		require.Equal(t, c.ok, err == nil, name)
	}
}

// What is readable in part and does not match is unreadable: the part that
// would match may be the one that is hidden.
func TestReadableInPart(t *testing.T) {
	t.Parallel()
	data := bind(t, fingerprint(t, has("board", "uuid", "serial")), "board")
	part := func(value string) Fingerprint {
		return fingerprint(t, Reading{Component: "board", Values: []string{value}, Err: fs.ErrPermission})
	}
	require.NoError(t, part("uuid").MatchBinding("board", data))
	var mismatch *MismatchError
	require.ErrorAs(t, part("asset").MatchBinding("board", data), &mismatch)
	require.Equal(t, []string{"board"}, mismatch.UnreadableComponents())
	require.Empty(t, mismatch.ChangedComponents())
}

func TestRebindKeepsWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := scheme(t, workstation)
	full := machineWith(t, 0, 0)
	data, err := full.Bind(s)
	require.NoError(t, err)
	same, err := machineWith(t, 0, 1<<2).Rebind(s, data) // disk unreadable
	require.NoError(t, err)
	require.Equal(t, data, same)
	gone, err := fingerprint(t, has("board", "old-board"), has("cpu", "old-cpu"), has("disk", "old-disk"), has("mac")).Rebind(s, data)
	require.NoError(t, err)
	require.Equal(t, data, gone, "a card taken out may come back")

	partly, err := machineWith(t, 0, 1<<3).Bind(s) // mac not bound
	require.NoError(t, err)
	m, err := full.Match(s, partly)
	require.NoError(t, err)
	require.Equal(t, []string{"mac"}, m.Missing)
	found, err := full.Rebind(s, partly)
	require.NoError(t, err)
	require.Equal(t, data, found, "what was not bound is bound when it is found")
}

func TestMatchRefusesDamage(t *testing.T) {
	t.Parallel()
	f := machineWith(t, 0, 0)
	data := bind(t, f, workstation)
	var bad *DamagedError
	require.ErrorAs(t, f.MatchBinding("board+board", data), &bad)
	var line *SchemeError
	require.ErrorAs(t, f.MatchBinding("board+board", data), &line)
	require.ErrorAs(t, f.MatchBinding("board+cpu~+disk~+mac~/1", append(slices.Clone(data), 0)), &bad)
	require.ErrorAs(t, f.MatchBinding("board+cpu~+mac~+disk~/2", data), &bad, "another order")
	require.ErrorAs(t, f.MatchBinding(workstation, nil), &bad)
	require.ErrorAs(t, f.MatchBinding("", nil), &bad)
	require.ErrorAs(t, f.MatchBinding(strings.Repeat("a", 9999), nil), &bad)
	_, err := f.Rebind(scheme(t, workstation), data[1:])
	require.ErrorAs(t, err, &bad)
}

// A licence that says it is bound, with data that binds nothing, is damaged.
func TestWeakDataIsDamaged(t *testing.T) {
	t.Parallel()
	for line, unbound := range map[string][]int{
		"board+cpu":            {0b01, 0b10, 0b11},
		"board~+cpu~/1":        {0b11},
		"board+cpu~+disk~/1":   {0b110, 0b001, 0b111},
		"board~+cpu~+disk~/2":  {0b111},
		"board+cpu~+disk~/2":   {0b001, 0b011},
		"board~+cpu~+disk~/1":  {0b011, 0b101, 0b110},
		"board~+cpu~+disk+x/1": {0b1000, 0b0100},
	} {
		s := scheme(t, line)
		for _, set := range unbound {
			var bound []boundComponent
			for i, c := range s.Components() {
				b := boundComponent{c, []digest{{byte(i)}}}
				if bit(set, i) {
					b.digests = nil
				}
				bound = append(bound, b)
			}
			data, err := encodeData(bound)
			require.NoError(t, err)
			_, err = machineWith(t, 0, 0).Match(s, data)
			var bad *DamagedError
			require.ErrorAs(t, err, &bad, "%s %b", line, set)
		}
	}
}

func TestBindErrorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]Reading{
		"root":              hidden("board"),
		"try again":         {Component: "board", Err: context.DeadlineExceeded},
		"another binding":   has("board"),
		"board unreadable":  {Component: "board", Err: errors.New("serial 4711")},
		"board absent":      has("board"),
		"(not supported)":   {Component: "board", Err: errors.ErrUnsupported},
		"LATCHKEY_INSTANCE": has("instance"),
	} {
		line := r.Component
		_, err := fingerprint(t, r).Bind(scheme(t, line))
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "4711")
	}
}

// What an error says: components and what to do.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	s := scheme(t, workstation)
	data, err := fingerprint(t, has("board", "b"), has("cpu", "c"), has("disk", "d"), hidden("mac")).Bind(s)
	require.NoError(t, err)
	for want, f := range map[string]Fingerprint{
		"binding: the licence is bound to other hardware: changed: board; unreadable: disk; never bound: mac " +
			"(2 of the replaceable components may differ); put the hardware back, or activate this machine": fingerprint(t, has("board", "x"), has("cpu", "c"), hidden("disk")),
		"binding: cannot tell whether this is the licensed machine: unreadable: board; " +
			"make it readable (run with the right to read it, connect it, or try again)": fingerprint(t, hidden("board"), has("cpu", "c"), has("disk", "d")),
	} {
		require.EqualError(t, f.MatchBinding(workstation, data), want)
	}
	f := fingerprint(t)
	require.EqualError(t, f.MatchBinding("board+board", nil), "binding: damaged scheme line: binding: scheme line: component twice")
	require.EqualError(t, f.MatchBinding("board", []byte{2}), "binding: damaged binding data: unknown version")
	_, err = f.InstallationCode()
	var tooLittle *BindError
	require.ErrorAs(t, err, &tooLittle)
	require.Equal(t, InstallationCodeScheme, tooLittle.Scheme)
	require.Len(t, tooLittle.Lacking, len(CodeComponents()))
}

func BenchmarkMatch(b *testing.B) {
	data := bind(b, machineWith(b, 0, 0), workstation)
	b.ReportAllocs()
	for b.Loop() {
		if err := machineWith(b, 1<<2, 0).MatchBinding(workstation, data); err != nil {
			b.Fatal(err)
		}
	}
}

func TestInstallationCode(t *testing.T) {
	t.Parallel()
	all := []Reading{has("machine", "i0"), has("board", "b0"), has("cpu", "c0"), has("disk", "d0", "d9"), has("mac", "m0")}
	for k := range 6 {
		f := fingerprint(t, all[:k]...)
		code, err := f.InstallationCode()
		if k < 2 {
			var tooLittle *BindError
			require.ErrorAs(t, err, &tooLittle)
			require.Len(t, tooLittle.Lacking, 5-k)
			continue
		}
		require.NoError(t, err)
		require.Len(t, code, InstallationCodeSize)
		for changed := range 1 << k {
			for unreadable := range 1 << k {
				testCodeCase(t, code, all[:k], changed, unreadable)
			}
		}
	}
}

func testCodeCase(t *testing.T, code []byte, all []Reading, changed, unreadable int) {
	now := slices.Clone(all)
	nChanged, nUnreadable := 0, 0
	for i := range now {
		switch {
		case bit(unreadable, i):
			now[i] = hidden(now[i].Component)
			nUnreadable++
		case bit(changed, i):
			now[i] = has(now[i].Component, "other")
			nChanged++
		}
	}
	allowed := (len(all) - 1) / 2
	err := fingerprint(t, now...).MatchBinding(InstallationCodeScheme, code)
	if nChanged+nUnreadable <= allowed {
		require.NoError(t, err)
		return
	}
	var mismatch *MismatchError
	require.ErrorAs(t, err, &mismatch)
	require.Equal(t, allowed, mismatch.Tolerance())
	require.Len(t, mismatch.UnreadableComponents(), nUnreadable)
	if nChanged > allowed {
		require.Len(t, mismatch.ChangedComponents(), nChanged)
	} else {
		require.Empty(t, mismatch.ChangedComponents())
	}
}

func TestInstallationCodeData(t *testing.T) {
	t.Parallel()
	f := fingerprint(t, has("machine", "i0"), has("cpu", "c0"), has("disk", "d0"))
	code, err := f.InstallationCode()
	require.NoError(t, err)
	more := fingerprint(t, has("machine", "i0"), has("cpu", "c0"), has("disk", "d0", "d1", "d2", "d3"), has("mac", "m"))
	require.NoError(t, more.MatchBinding(InstallationCodeScheme, code), "disks and cards added are no change")
	var bad *DamagedError
	for _, data := range [][]byte{nil, code[:9], append(slices.Clone(code), 0), make([]byte, 10), append(make([]byte, 8), 1, 1)} {
		require.ErrorAs(t, f.MatchBinding(InstallationCodeScheme, data), &bad)
	}
	changed, allowed, err := fingerprint(t, has("machine", "i0"), has("cpu", "c0"), has("disk", "d9")).BindingDrift(InstallationCodeScheme, code)
	require.NoError(t, err)
	require.Equal(t, []string{"disk"}, changed)
	require.Equal(t, 1, allowed)
}
