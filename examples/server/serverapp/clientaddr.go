package serverapp

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddr returns what tells from where a request comes: the other end of
// the connection, or where that is a trusted proxy, what the proxies say. Each
// writes at the right of X-Forwarded-For whom it was asked by, so the rightmost
// that is not a trusted proxy is the client; what stands left of it anybody can
// have written.
func clientAddr(trusted []netip.Prefix) func(*http.Request) netip.Addr {
	return func(r *http.Request) netip.Addr {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return netip.Addr{}
		}
		from := peer.Addr().Unmap()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && isTrusted(trusted, from); i-- {
			hop, ok := hopAddr(hops[i])
			if !ok {
				break
			}
			from = hop
		}
		return from
	}
}

func isTrusted(trusted []netip.Prefix, a netip.Addr) bool {
	for _, p := range trusted {
		if p.Contains(a.WithZone("")) {
			return true
		}
	}
	return false
}

// hopAddr reads an address, with a port or without.
func hopAddr(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap(), true
	}
	a, err := netip.ParseAddr(text)
	return a.Unmap(), err == nil
}
