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

// NewInsecureHTTP returns the courier to a server in a network of its owner's own,
// over plain HTTP:
//
//	courier, err := activation.NewInsecureHTTP("http://licenses.lan:8080")
//	client, err := activation.Open(activation.Options{Courier: courier, …})
//
// Requests and replies are signed, so nobody on the way can forge or change one,
// and one that is sent again does nothing more. What is lost is privacy: whoever
// can listen in that network reads serial numbers, with which anybody can activate
// what was sold; request keys; the word with which a machine gives its place up;
// fingerprints and labels, which may be personal data; and licences with the
// licensee's name.
//
// The courier connects to loopback, private and link-local addresses alone,
// whatever a name resolves to, and through no proxy. The error says what is wrong
// with the address, which begins with http.
func NewInsecureHTTP(server string) (*HTTP, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("an address in plain HTTP is like http://licenses.lan:8080; for https, use NewHTTP")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !isPrivate(ip) {
		return nil, fmt.Errorf("%s is not in a private network, and plain HTTP goes no further: use https", ip)
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

// errNotPrivate is the error of a connection that NewInsecureHTTP does not make.
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
