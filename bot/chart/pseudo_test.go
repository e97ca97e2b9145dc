package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"vedette/bot/chart"
	"vedette/bot/words/wordstest"
)

// TestNoFixedWordGoesPastTheCatalogue reads the letters of a chart in a
// language whose words stand out.
func TestNoFixedWordGoesPastTheCatalogue(t *testing.T) {
	c := crisis(false)
	c.Title, c.Words = "Μέτωπο", wordstest.Pseudo(t)
	for i := range c.Marks {
		c.Marks[i].Text = "άνοδος"
	}
	raw, err := chart.Draw(c, chart.SVG)
	if err != nil {
		t.Fatal(err)
	}
	var read strings.Builder
	for dec := xml.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			read.WriteString(string(text) + "\n")
		}
	}
	if stray := wordstest.Stray(read.String()); len(stray) > 0 || !strings.Contains(read.String(), "⟦") {
		t.Errorf("the chart has the words %q:\n%s", stray, read.String())
	}
}
