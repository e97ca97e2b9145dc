package command

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/story"
)

// exportedStory has two reports whose words mean something to a spreadsheet,
// to a Markdown renderer and to XML, and a deed of such a person.
func exportedStory() (*story.Story, []story.Deed) {
	at := time.Date(2031, 3, 20, 14, 0, 0, 0, time.FixedZone("", 3*60*60))
	s := &story.Story{
		ID: 7, Version: 3, Level: story.High, Opened: at, Changed: at.Add(time.Hour), Watches: []story.WatchName{"front"},
		Reports: []story.Report{
			{Relation: story.Opens, Item: story.Item{ID: 1, Outlet: "@wire", Owner: "wire", Title: `=HYPERLINK("https://evil.example","x") <b>&`, Link: "https://wire.example/1", Effective: at}},
			{Relation: story.Reports, Item: story.Item{ID: 2, Outlet: "-paper", Owner: "paper", Title: "+1\n# Heading [a](https://evil.example) `code`", Link: "javascript:alert(1)", Effective: at.Add(time.Minute)}},
		},
	}
	deeds := []story.Deed{{By: story.Person{ID: "slack:U1", Name: "# Ada"}, Verb: "note", Detail: "seen\n## by us", Outcome: "done", At: at}}
	return s, deeds
}

func TestAnExportedCellIsNoFormula(t *testing.T) {
	s, deeds := exportedStory()
	data, err := asCSV(s, deeds)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v; want a header and two reports", len(rows), err)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r\n", rune(c[0])) {
				t.Errorf("a spreadsheet computes %q", c)
			}
		}
	}
	if got, want := rows[1][0], "2031-03-20T11:00:00Z"; got != want {
		t.Errorf("reported at %s; want %s", got, want)
	}
}

func TestAnExportedStoryIsItsReportsAndDeeds(t *testing.T) {
	s, deeds := exportedStory()
	data, err := asJSON(s, deeds)
	if err != nil {
		t.Fatal(err)
	}
	var got exported
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != 7 || got.Level != "high" || got.Origins != s.Origins() || len(got.Reports) != 2 || len(got.Deeds) != 1 || got.Deeds[0].Detail != deeds[0].Detail {
		t.Errorf("got %+v", got)
	}
	if got.Reports[0].Title != s.Reports[0].Item.Title {
		t.Errorf("a report is %q; JSON keeps what was written", got.Reports[0].Title)
	}
}

func TestAnExportedPageKeepsStrangersWordsPlain(t *testing.T) {
	s, deeds := exportedStory()
	data, err := (&ask{zone: time.UTC}).asMarkdown(s, deeds)
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			headings = append(headings, strings.Fields(line)[1])
		}
	}
	if want := []string{"Story", "Reports", "The"}; !slices.Equal(headings, want) {
		t.Errorf("headings %q; want %q", headings, want)
	}
	for _, never := range []string{"<b>", "[a]", " `", "javascript:"} {
		if bytes.Contains(data, []byte(never)) {
			t.Errorf("%q is in\n%s", never, data)
		}
	}
}

// TestAnExportedAlertIsOneOfTheProtocol holds the order of elements, which the
// protocol's schema prescribes, and its words (CAP 1.2, section 3.2).
func TestAnExportedAlertIsOneOfTheProtocol(t *testing.T) {
	s, deeds := exportedStory()
	data, err := asCAP(s, deeds)
	if err != nil {
		t.Fatal(err)
	}
	var elements []string
	said := map[string]string{}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Space != "urn:oasis:names:tc:emergency:cap:1.2" {
				t.Errorf("%s is of %q", token.Name.Local, token.Name.Space)
			}
			elements = append(elements, token.Name.Local)
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				said[elements[len(elements)-1]] = text
			}
		}
	}
	want := strings.Fields("alert identifier sender sent status msgType scope restriction info language category event urgency severity certainty headline description web")
	if !slices.Equal(elements, want) {
		t.Errorf("elements %q; want %q", elements, want)
	}
	for name, want := range map[string]string{
		"identifier": "vedette-story-7-3", "sent": "2031-03-20T12:00:00-00:00", "scope": "Restricted", "severity": "Severe", "certainty": "Likely",
		"headline": `=HYPERLINK("https://evil.example","x") <b>&`, "web": "https://wire.example/1",
	} {
		if said[name] != want {
			t.Errorf("%s is %q; want %q", name, said[name], want)
		}
	}
}
