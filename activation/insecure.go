package activation

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// NewInsecureHTTP returns the courier to a server in a private network over plain
// HTTP:
//
//	courier, err := activation.NewInsecureHTTP("http://licenses.lan:8080")
//	client, err := activation.Open(activation.Options{Courier: courier, …})
//
// Requests and replies are signed, so nobody can forge or change one, and replaying one
// has no effect. Only confidentiality is lost: a listener in that network can read
// serial numbers, with which anybody can activate the sale; request keys; the requests
// by which a machine gives a licence up; fingerprints and labels, which may be personal
// data; and licences with the licensee's name.
//
// The courier connects only to loopback, private and link-local addresses, and uses no
// proxy. The error is about the address, which must begin with http.
func NewInsecureHTTP(server string) (*HTTP, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("an address for plain HTTP must be like http://licenses.lan:8080; for https, use NewHTTP")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !isPrivate(ip) {
		return nil, fmt.Errorf("%s is not in a private network, where alone plain HTTP is allowed: use https", ip)
	}
	h, err := newHTTP(u)
	if err != nil {
		return nil, err
	}
	transport := h.Client.Transport.(*http.Transport)
	transport.Proxy = nil
	transport.DialContext = (&net.Dialer{Timeout: defaultTimeout, KeepAlive: 30 * time.Second, Control: onlyPrivate}).DialContext
	return h, nil
}

// errNotPrivate is the error of a connection that NewInsecureHTTP refuses.
var errNotPrivate = errors.New("activation: the address is not in a private network")

// onlyPrivate refuses connections beyond private networks.
func onlyPrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !isPrivate(at.Addr()) {
		return errNotPrivate
	}
	return nil
}

// isPrivate reports whether an address is of this machine or of a private network.
func isPrivate(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}
