package apiclient_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/server/apiclient"
)

// No value of the package shows a token, key or document when it is printed or logged,
// under any verb.
func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	const secret = "c0ffee-secret"
	sale := apiclient.Sale{Serial: secret, RequestKey: secret, License: secret, Updates: []apiclient.Update{{Document: secret}}}
	for _, v := range []any{
		apiclient.Options{URL: "https://licenses.acme.example", Token: secret}, &apiclient.Options{Token: secret},
		sale, &sale, []apiclient.Sale{sale}, sale.Updates, map[string]apiclient.Sale{"a": sale},
		apiclient.Sold{Sales: []apiclient.Sale{sale}}, &apiclient.SalePage{Sales: []apiclient.Sale{sale}, Next: secret},
		&apiclient.Order{Sales: []apiclient.Sale{sale}, Next: secret}, apiclient.Creation{Licenses: []string{secret}, IdempotencyKey: secret},
		apiclient.Replacement{License: secret}, apiclient.Search{After: secret}, apiclient.List[string]{Serial: secret}, &apiclient.List[int64]{Serial: secret},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, secret, "%T %s", v, verb)
			require.NotContains(t, text, fmt.Sprintf("%x", secret), "%T %s", v, verb)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("text", "v", v)
		require.NotContains(t, log.String(), secret, "%T", v)
	}
	for _, v := range []any{apiclient.Options{Token: secret}, sale, &sale, apiclient.Sold{Sales: []apiclient.Sale{sale}}, apiclient.Search{After: secret}} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "v", v)
		require.NotContains(t, log.String(), secret, "%T", v)
	}
}
