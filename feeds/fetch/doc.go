// Package fetch is the one HTTP client that dials strangers. A URL and the
// validators of its last answer come in; a status, a decoded body within
// bounds and the next validators go out.
//
// It never connects to an address that is not public unless the operator
// allowed its prefix, whatever name, redirect or spelling led there; it never
// uses a proxy from the environment, keeps cookies, sends a referrer or
// credentials, or cuts a body short without saying so. It stores nothing, and
// asks again only where a connection kept from before turns out to be dead.
package fetch
