// Package metrics counts what the server does, for Prometheus.
package metrics

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// Metrics are the counters of one server. No label ever holds what a client has
// sent: routes are the patterns that matched, and outcomes the codes of package
// license.
type Metrics struct {
	registry  *prometheus.Registry
	exchanges *prometheus.CounterVec
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge
	troubles  prometheus.Counter
	panics    prometheus.Counter
}

// durations go from what a check takes to what nobody waits for.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// New returns counters that stand at zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		exchanges: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "latchkey_exchanges_total",
			Help: "Requests of installations that were answered, by operation and by the code of the verdict; \"ok\" is a yes.",
		}, []string{"operation", "code"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "latchkey_http_requests_total",
			Help: "HTTP requests answered, by route and status.",
		}, []string{"route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "latchkey_http_request_duration_seconds", Buckets: buckets,
			Help: "How long HTTP requests took, by route.",
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "latchkey_http_requests_in_flight",
			Help: "HTTP requests that are being answered.",
		}),
		troubles: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "latchkey_ledger_errors_total",
			Help: "Calls of the ledger that failed, not counting refusals.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "latchkey_panics_total",
			Help: "Handlers that broke off; each is logged.",
		}),
	}
	m.registry.MustRegister(m.exchanges, m.requests, m.durations, m.inFlight, m.troubles, m.panics, build(),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// build is a gauge of 1 whose labels say what runs.
func build() prometheus.Collector {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "latchkey_build_info", Help: "1, with what the program was built from.",
	}, []string{"version", "goversion"})
	g.WithLabelValues(Version(), runtime.Version()).Set(1)
	return g
}

// Version returns the version of the module that the program was built from,
// "(devel)" for one that was built from a checkout.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// Handler answers with all counters in the text format of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Exchange counts a verdict; code is "" for a yes.
func (m *Metrics) Exchange(operation, code string) {
	if code == "" {
		code = "ok"
	}
	m.exchanges.WithLabelValues(operation, code).Inc()
}

// Begin counts a request in, until End.
func (m *Metrics) Begin() { m.inFlight.Inc() }

// End counts a request that was answered.
func (m *Metrics) End(route, status string, took time.Duration) {
	m.inFlight.Dec()
	m.requests.WithLabelValues(route, status).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

// Trouble counts a failure of the ledger.
func (m *Metrics) Trouble() { m.troubles.Inc() }

// Panic counts a handler that broke off.
func (m *Metrics) Panic() { m.panics.Inc() }

// Ledger has the transactions of a ledger counted.
func (m *Metrics) Ledger(stats func() ledger.Stats) {
	counter := func(name, help string, value func(ledger.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value(stats())) })
	}
	m.registry.MustRegister(
		counter("latchkey_ledger_transactions_total", "Transactions begun.", func(s ledger.Stats) int64 { return s.Groups }),
		counter("latchkey_ledger_changes_total", "Changes in these transactions; many may share one.", func(s ledger.Stats) int64 { return s.Jobs }),
		counter("latchkey_ledger_retries_total", "Changes that were tried again alone after a transaction that failed.", func(s ledger.Stats) int64 { return s.Retries }),
	)
}
