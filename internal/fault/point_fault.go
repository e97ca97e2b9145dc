//go:build fault

package fault

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The environment of a build with faults:
//
//	FAULT        orders, with commas between them: what:point:hit, such as
//	             kill:*:137 or delay=50ms:wire.leaving:0. What is kill, stop,
//	             panic or delay=…; the point may be * for any; the hit counts
//	             from 1 within the run, and 0 is each.
//	FAULT_TRACE  a file that each hit is added to, in a line: its number, the
//	             point, and the exported function that passed it
//	FAULT_CLOCK  a file that holds by how much the wall clock is off, such as
//	             -1h; it may change while the program runs
const (
	ordersIn = "FAULT"
	traceIn  = "FAULT_TRACE"
	clockIn  = "FAULT_CLOCK"
)

// An order is what shall happen at a hit of a point.
type order struct {
	what, point string
	hit         int
}

// obeys are the orders of this run, and what it has come by so far.
type obeys struct {
	orders []order

	mu    sync.Mutex // guards what follows
	all   int
	hits  map[string]int
	trace *os.File // nil: nobody asks
}

// run holds the orders of the process.
var run = sync.OnceValue(func() *obeys { //nolint:gochecknoglobals // points are called without a receiver
	o, err := parse(os.Getenv(ordersIn))
	if err != nil {
		panic(err)
	}
	r := &obeys{orders: o, hits: make(map[string]int)}
	if name := os.Getenv(traceIn); name != "" {
		if r.trace, err = os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			panic(err)
		}
	}
	return r
})

// parse reads orders.
func parse(text string) (all []order, err error) {
	for one := range strings.SplitSeq(text, ",") {
		if one == "" {
			continue
		}
		parts := strings.Split(one, ":")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%s: %q is not what:point:hit", ordersIn, one)
		}
		hit, err := strconv.Atoi(parts[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", ordersIn, one, err)
		}
		all = append(all, order{parts[0], parts[1], hit})
	}
	return all, nil
}

// Point is where what the environment asks for happens. A process that is
// killed here has done all that stands before it and nothing that stands
// after.
func Point(name string) {
	for _, what := range run().passed(name) {
		act(what, name)
	}
}

// passed counts a hit, and returns what is to happen.
func (r *obeys) passed(name string) (whats []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all++
	r.hits[name]++
	if r.trace != nil {
		if _, err := fmt.Fprintf(r.trace, "%d %s %s\n", r.all, name, passer()); err != nil {
			panic(err)
		}
	}
	for _, o := range r.orders {
		n := r.hits[name]
		if o.point == "*" {
			n = r.all
		} else if o.point != name {
			continue
		}
		if o.hit == 0 || o.hit == n {
			whats = append(whats, o.what)
		}
	}
	return whats
}

// passer returns the exported function that the point is passed for.
func passer() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	for {
		f, more := frames.Next()
		name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
		_, short, _ := strings.Cut(name, ".")
		own := short[strings.LastIndexByte(short, '.')+1:]
		if strings.HasPrefix(f.Function, "vedette/") && own != "" && own[0] >= 'A' && own[0] <= 'Z' && !strings.Contains(own, "func") {
			return short
		}
		if !more {
			return "-"
		}
	}
}

// act lets what happen.
func act(what, name string) {
	wait, delay := strings.CutPrefix(what, "delay=")
	switch {
	case what == "kill":
		signal(syscall.SIGKILL)
		select {} // the signal is on its way
	case what == "stop":
		signal(syscall.SIGSTOP)
	case what == "panic":
		panic("fault: " + name)
	case delay:
		d, err := time.ParseDuration(wait)
		if err != nil {
			panic(err)
		}
		<-time.After(d)
	default:
		panic("fault: there is no " + what)
	}
}

// signal sends this process a signal that it cannot catch.
func signal(s syscall.Signal) {
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		panic(err)
	}
}

// Skew returns by how much the wall clock is off.
func Skew() time.Duration {
	text, err := os.ReadFile(os.Getenv(clockIn))
	if err != nil {
		return 0
	}
	d, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return 0 // it is being written
	}
	return d
}
