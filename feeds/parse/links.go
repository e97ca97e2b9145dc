package parse

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// maxLink bounds a link, in bytes; rooms take no longer ones.
const maxLink = 2048

// link returns raw as a reader would open it, or "" if that is nothing to
// open: another scheme, credentials, no host.
func link(raw string, base *url.URL) string {
	raw = strings.TrimSpace(raw)
	if strings.ContainsFunc(raw, unlinkable) {
		raw = strings.Map(func(r rune) rune {
			if unlinkable(r) {
				return -1
			}
			return r
		}, raw)
	}
	if raw == "" || len(raw) > maxLink {
		return ""
	}
	ref, err := url.Parse(strings.ReplaceAll(raw, "&amp;", "&"))
	if err != nil {
		return ""
	}
	u := base.ResolveReference(ref)
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ""
	}
	// A host that only looks like another is shown as what it is.
	host := u.Hostname()
	if !plainHost(host) {
		if host, err = idna.Lookup.ToASCII(host); err != nil || strings.Trim(host, ".") == "" {
			return ""
		}
	}
	// Left as they are, these would end the link where it is shown.
	if strings.ContainsAny(u.RawQuery, ` "<>`) {
		u.RawQuery = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E").Replace(u.RawQuery)
	}
	u.Host = strings.Replace(strings.ToLower(u.Host), strings.ToLower(u.Hostname()), host, 1)
	full := u.String()
	if len(full) > maxLink {
		return ""
	}
	return full
}

// plainHost reports whether host is of lower-case letters, digits and single
// dots alone, as most are: there is nothing to look up about it.
func plainHost(host string) bool {
	dot := true
	for i := range len(host) {
		switch c := host[i]; {
		case c == '.' && !dot:
			dot = true
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			dot = false
		default:
			return false
		}
	}
	return !dot
}

// unlinkable reports whether r has no place in a link.
func unlinkable(r rune) bool {
	if r > ' ' && r < 0x7f {
		return r == '\\'
	}
	return invisible(r)
}

// Canonical returns what identifies the page that full links to: the same for
// http and https, with and without "www.", fragment and tracking.
func Canonical(full string) string {
	u, err := url.Parse(full)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":443")
	host = strings.TrimPrefix(strings.TrimSuffix(host, "."), "www.")
	path := u.EscapedPath()
	if path == "/" {
		path = ""
	}
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); pair != "" && !tracks(strings.ToLower(name)) {
			kept = append(kept, pair)
		}
	}
	if len(kept) == 0 {
		return host + path
	}
	return host + path + "?" + strings.Join(kept, "&")
}

// tracks reports whether a parameter says how a reader came, not what they
// read.
func tracks(name string) bool {
	for _, prefix := range []string{"utm_", "at_", "mtm_", "pk_", "hsa_", "ns_", "wt."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "xtor", "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "cmpid", "cmp", "icid", "ocid",
		"ito", "smid", "partner", "ftcamp", "guccounter", "traffic_source", "maca", "cid_source", "_ga", "ref_src", "spm":
		return true
	}
	return false
}
