package fetch

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// freshness returns for how long got calls itself fresh (RFC 9111, section
// 4.2) and by which words; 0 if it does not say, or says that it is not.
func freshness(got *http.Response) (time.Duration, string) {
	control := strings.ToLower(strings.Join(got.Header.Values("Cache-Control"), ","))
	for directive := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-cache", "no-store":
			return 0, ""
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `" `), 10, 32)
			if err != nil || seconds <= 0 {
				return 0, ""
			}
			age, err := strconv.ParseInt(strings.TrimSpace(got.Header.Get("Age")), 10, 32)
			if err != nil || age < 0 {
				return time.Duration(seconds) * time.Second, fmt.Sprintf("max-age %d", seconds)
			}
			return time.Duration(max(0, seconds-age)) * time.Second, fmt.Sprintf("max-age %d, age %d", seconds, age)
		}
	}
	expires, err := http.ParseTime(got.Header.Get("Expires"))
	if err != nil {
		return 0, ""
	}
	date, err := http.ParseTime(got.Header.Get("Date"))
	if err != nil || !expires.After(date) {
		return 0, ""
	}
	fresh := expires.Sub(date)
	return fresh, "expires " + fresh.String() + " after its date"
}

// cached reports whether got says anything of how long it may be kept: a "not
// modified" that does not leaves what was said before in force.
func cached(got *http.Response) bool {
	return got.Header.Get("Cache-Control") != "" || got.Header.Get("Expires") != ""
}
