package ledger_test

import (
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// fill gives every field a value that is not zero, so that one which is added
// to a record and forgotten here shows.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(time.Unix(*n, 0).UTC().Format(time.RFC3339))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(*n)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(*n, 0).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("a field of kind " + v.Kind().String())
	}
}

func TestEveryField(t *testing.T) {
	t.Parallel()
	n := int64(1_000_000)
	sale := &server.Sale{}
	fill(reflect.ValueOf(sale).Elem(), &n)
	row, err := ledger.EncodeSale(sale)
	require.NoError(t, err)
	again, err := row.Sale()
	require.NoError(t, err)
	require.Equal(t, sale, again)

	activation := &server.Activation{}
	fill(reflect.ValueOf(activation).Elem(), &n)
	encoded, err := ledger.EncodeActivation(activation)
	require.NoError(t, err)
	decoded, err := ledger.DecodeActivation(encoded.ID, encoded.Data)
	require.NoError(t, err)
	require.Equal(t, activation, decoded)
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	_, err := (&ledger.SaleRow{Data: []byte("{")}).Sale()
	require.Error(t, err)
	_, err = (&ledger.SaleRow{Data: []byte("{}"), Documents: []ledger.Document{{Place: 1}}}).Sale()
	require.Error(t, err)
	_, err = ledger.DecodeActivation("A", []byte(`{"active":1}`))
	require.Error(t, err)
}

func TestHasher(t *testing.T) {
	t.Parallel()
	a, b := ledger.NewHasher(ledger.NewSecret()), ledger.NewHasher(ledger.NewSecret())
	require.Equal(t, a.Serial("x"), a.Serial("x"))
	require.NotEqual(t, a.Serial("x"), b.Serial("x"), "another database has other hashes")
	require.NotEqual(t, a.Serial("x"), a.RequestKey("x"))
	require.NotEqual(t, a.Serial("x"), a.Mark("x"))
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"m/0001_one.sql": {Data: []byte("1")}, "m/0002_two.sql": {Data: []byte("2")}}
	steps, err := ledger.Migrations(files, "m")
	require.NoError(t, err)
	pending, err := ledger.Pending(steps, 1, "one")
	require.NoError(t, err)
	require.Equal(t, []ledger.Migration{{Number: 2, Name: "two", SQL: "2"}}, pending)
	pending, err = ledger.Pending(steps, 0, "")
	require.NoError(t, err)
	require.Len(t, pending, 2)
	_, err = ledger.Pending(steps, 3, "three")
	require.ErrorIs(t, err, ledger.ErrNewer)
	_, err = ledger.Pending(steps, 1, "other")
	require.ErrorIs(t, err, ledger.ErrOther)
	files["m/0004_four.sql"] = &fstest.MapFile{}
	_, err = ledger.Migrations(files, "m")
	require.Error(t, err)
}
