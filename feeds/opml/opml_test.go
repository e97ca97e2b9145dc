package opml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds/opml"
)

const list = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>x</title></head><body>
<outline text="Wires"><outline text="Syria &amp; Iraq"><outline type="rss" text="short" title="The  Wire" xmlUrl=" https://wire.example/rss?a=1&amp;b=2 "/></outline>
<outline text="Plain" xmlURL="https://plain.example/feed"/></outline>
<outline type="rss" xmlUrl="https://bare.example/"/><outline text="again" xmlUrl="https://bare.example/"/><outline text="Empty folder"/>
</body></opml>`

func TestAListIsReadWithItsFolders(t *testing.T) {
	want := []opml.Feed{
		{"The Wire", "https://wire.example/rss?a=1&b=2", "Wires / Syria & Iraq"}, {"Plain", "https://plain.example/feed", "Wires"}, {"", "https://bare.example/", ""},
	}
	got, err := opml.Read(strings.NewReader(list))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Read = %v (-want +got):\n%s", err, diff)
	}
	cut, err := opml.Read(strings.NewReader(list[:strings.Index(list, "<outline text=\"again")+20]))
	if len(cut) != 3 || err != nil {
		t.Errorf("Read of a list cut short = %v, %v; want what is whole", cut, err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	feeds := []opml.Feed{
		{`A "quoted" <title>`, "https://a.example/?x=1&y=2", "Wires / Syria"}, {"B", "https://b.example/", ""}, {"الجزيرة", "https://c.example/", "Wires / Syria"}, {"D", "https://d.example/", "Wires"},
	}
	var out strings.Builder
	if err := opml.Write(&out, "My feeds", feeds); err != nil {
		t.Fatal(err)
	}
	got, err := opml.Read(strings.NewReader(out.String()))
	want := []opml.Feed{feeds[0], feeds[2], feeds[3], feeds[1]}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Read of what was written = %v (-want +got):\n%s\n%s", err, diff, out.String())
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"Nothing": "", "Page": "<html><body><outline xmlUrl='x'/></body></html>", "Text": "hello", "OtherCharset": `<?xml version="1.0" encoding="koi8-r"?><opml/>`,
		"Deep": "<opml>" + strings.Repeat("<outline text='a'>", 100_000), "Broken": "<opml><outline",
	} {
		if feeds, err := opml.Read(strings.NewReader(text)); !errors.Is(err, opml.ErrNotOPML) {
			t.Errorf("%s: Read = %v, %v; want ErrNotOPML", name, feeds, err)
		}
	}
	if feeds, err := opml.Read(strings.NewReader("<opml><body></body></opml>")); err != nil || len(feeds) != 0 {
		t.Errorf("Read of an empty list = %v, %v; want no feeds", feeds, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(list)
	f.Add("<opml><outline text='a' xmlUrl='b'>")
	f.Fuzz(func(t *testing.T, text string) {
		feeds, err := opml.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		var out strings.Builder
		if err := opml.Write(&out, "x", feeds); err != nil {
			t.Fatal(err)
		}
		if again, err := opml.Read(strings.NewReader(out.String())); err != nil || len(again) != len(feeds) {
			t.Errorf("%d feeds, read again %d, %v", len(feeds), len(again), err)
		}
	})
}

func ExampleRead() {
	feeds, err := opml.Read(strings.NewReader(list))
	fmt.Println(feeds[0].Title, feeds[0].Folder, err)
	// Output: The Wire Wires / Syria & Iraq <nil>
}
