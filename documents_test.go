package main

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"

	"vedette/story"
)

func paper(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestOperatingTellsOfAllStatesAndMetrics holds docs/operating.md, and what the
// ledger can be asked for, to what a scrape of a running vedette shows.
func TestOperatingTellsOfAllStatesAndMetrics(t *testing.T) {
	t.Parallel()
	page := paper(t, "docs/operating.md")
	d := &oneDesk{path: filepath.Join(t.TempDir(), database)}
	d.open(t)
	defer func() {
		if err := d.box.Close(); err != nil {
			t.Error(err)
		}
	}()
	a := &auditor{db: d.box.Store, now: utcNow, log: slog.New(slog.DiscardHandler), owed: func() (*charter, []story.RoomName) { return &charter{since: time.Now()}, nil }}
	if err := a.audit(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := prometheus.NewRegistry()
	r.MustRegister(a)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	state, _ := reflect.TypeFor[ledgerCmd]().FieldByName("State")
	ledgers, there := state.Tag.Get("enum")+",", make(map[string]bool)
	for _, f := range families {
		there[f.GetName()] = true
		if !strings.Contains(page, "`"+f.GetName()+"`") {
			t.Errorf("the page does not name the metric %s", f.GetName())
		}
		for _, m := range f.GetMetric() {
			for _, label := range m.GetLabel() {
				if !strings.Contains(ledgers, ","+label.GetValue()+",") {
					t.Errorf("the ledger cannot be asked for what is %s", label.GetValue())
				}
				if !strings.Contains(page, "\n| `"+label.GetValue()+"`") {
					t.Errorf("the page does not say what %s means, and what to do", label.GetValue())
				}
			}
		}
	}
	for _, m := range regexp.MustCompile("`(vedette_\\w+)`").FindAllStringSubmatch(page, -1) {
		if !there[m[1]] {
			t.Errorf("the page names the metric %s, which is not there", m[1])
		}
	}
}

// TestOperatingSaysHowMuchAndHowLong holds the numbers that operators read to
// those that hold.
func TestOperatingSaysHowMuchAndHowLong(t *testing.T) {
	t.Parallel()
	page := strings.Join(strings.Fields(paper(t, "docs/operating.md")), " ")
	for want, holds := range map[string]bool{
		fmt.Sprintf("`vedette.db-reserve`: %d MiB", reserve>>20):                                           true,
		fmt.Sprintf("whether %d MiB are free", 2*reserve>>20):                                              true,
		fmt.Sprintf("people are answered within %v", math.Ceil((connectedFor + connectedFor/3).Seconds())): true,
		"Every two seconds vedette looks whether":                                                          diskEvery == 2*time.Second,
		"Every five minutes an audit":                                                                      auditEvery == 5*time.Minute,
		"derives what each room was owed from the reports of the last day":                                 auditPast == 24*time.Hour,
		"if the last audit was made a quarter of an hour ago":                                              auditStale == 15*time.Minute,
		fmt.Sprintf("anew, %d,%03d reports at the most", mostRehearsed/1000, mostRehearsed%1000):           true,
	} {
		if !holds || !strings.Contains(page, want) {
			t.Errorf("docs/operating.md says otherwise than %q, or it does not hold", want)
		}
	}
}

// TestDocumentsKnowTheCommandLine holds that the README names every command,
// and that no document names a command or a flag that is not there.
func TestDocumentsKnowTheCommandLine(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commands{}, kong.Name("vedette"), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	readme := strings.ReplaceAll(paper(t, "README.md"), "go run . ", "vedette ")
	flags := make(map[string]string) // by the command, with spaces round each
	for _, leaf := range parser.Model.Leaves(true) {
		path := strings.TrimPrefix(leaf.Path(), "vedette ")
		flags[path] = " help"
		for _, f := range leaf.Flags {
			flags[path] += " " + f.Name
		}
		flags[path] += " "
		group, name, under := strings.Cut(path, " ")
		if group == "feeds" && name == "list" { // which vedette feeds is
			flags[group], under = flags[path], false
		}
		if !strings.Contains(readme, "vedette "+group) || under && !strings.Contains(readme, "`"+path) && !strings.Contains(readme, "vedette "+path) {
			t.Errorf("the README does not name vedette %s", path)
		}
	}
	told := regexp.MustCompile("`--help`; (.*) take `--json`").FindString(readme)
	for path, has := range flags {
		group, _, _ := strings.Cut(path, " ")
		if strings.Contains(has, " json ") && !strings.Contains(told, "`"+group+"`") {
			t.Errorf("the README does not say that vedette %s takes --json", path)
		}
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(pages, "README.md", "CONTRIBUTING.md", "deploy/README.md", "vedette.example.yaml") {
		for _, m := range regexp.MustCompile("(?m)(?:^|`|\\./)vedette ([a-z-]+)( [a-z]+)?([^`\\n]*)").FindAllStringSubmatch(paper(t, name), -1) {
			has, known := flags[m[1]+m[2]]
			if !known {
				has, known = flags[m[1]]
			}
			if !known && strings.HasPrefix(m[0], "vedette") { // a sentence begins so
				continue
			}
			if !known {
				t.Errorf("%s: there is no %s", name, strings.TrimSpace(m[0]))
				continue
			}
			for _, f := range regexp.MustCompile(`\s--([a-z-]+)`).FindAllStringSubmatch(m[2]+m[3], -1) {
				if !strings.Contains(has, " "+f[1]+" ") {
					t.Errorf("%s: vedette %s%s takes no --%s", name, m[1], m[2], f[1])
				}
			}
		}
	}
}
