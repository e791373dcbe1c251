package binding

import (
	"golang.org/x/crypto/cryptobyte"
)

const dataVersion = 1

// boundComponent is a scheme's component with the digests that a licence
// carries for it. No digests: it was not bound.
type boundComponent struct {
	Component
	digests []digest
}

// encodeData writes binding data; the package comment has its form.
func encodeData(bound []boundComponent) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddUint8(dataVersion)
	for _, c := range bound {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(c.Name)) })
		b.AddUint8(uint8(len(c.digests)))
		for _, d := range c.digests {
			b.AddBytes(d[:])
		}
	}
	return b.Bytes()
}

// decodeData reads binding data that was written for this scheme. An error is
// a *DamagedError.
func decodeData(s Scheme, data []byte) ([]boundComponent, error) {
	components, tolerance, err := parseScheme(s.line)
	if err != nil {
		return nil, damaged("scheme: empty")
	}
	if len(data) > MaxDataLength {
		return nil, damaged("binding data: too long")
	}
	in := cryptobyte.String(data)
	var version uint8
	if !in.ReadUint8(&version) {
		return nil, damaged("binding data: empty")
	}
	if version != dataVersion {
		return nil, damaged("binding data: unknown version")
	}
	bound := make([]boundComponent, 0, len(components))
	missing := 0
	for _, c := range components {
		var name cryptobyte.String
		var count uint8
		if !in.ReadUint8LengthPrefixed(&name) || !in.ReadUint8(&count) {
			return nil, damaged("binding data: cut short")
		}
		if string(name) != c.Name {
			return nil, damaged("binding data: not for this scheme")
		}
		digests, err := decodeDigests(&in, int(count))
		if err != nil {
			return nil, err
		}
		if count == 0 {
			missing++
		}
		if count == 0 && !c.Replaceable || missing > tolerance {
			return nil, damaged("binding data: binds less than its scheme needs")
		}
		bound = append(bound, boundComponent{c, digests})
	}
	if !in.Empty() {
		return nil, damaged("binding data: more than its scheme names")
	}
	return bound, nil
}

func decodeDigests(in *cryptobyte.String, count int) ([]digest, error) {
	if count > MaxDigests {
		return nil, damaged("binding data: too many digests")
	}
	var digests []digest
	for i := range count {
		var d digest
		if !in.CopyBytes(d[:]) {
			return nil, damaged("binding data: cut short")
		}
		if i > 0 && compareDigests(digests[i-1], d) >= 0 {
			return nil, damaged("binding data: digests out of order")
		}
		digests = append(digests, d)
	}
	return digests, nil
}
