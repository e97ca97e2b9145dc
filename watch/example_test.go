package watch_test

import (
	"fmt"

	"vedette/story"
	"vedette/watch"
)

func ExampleParse() {
	rule, err := watch.Parse(`US idlib (ceasefire | “observation post”) -football`, nil)
	if err != nil {
		return
	}
	fmt.Println(rule)
	fmt.Println(rule.Notes()[0])
	// Output:
	// =US AND idlib AND (ceasefire OR "observation post") AND NOT football
	// US is matched in capitals only, as typed; write "us" for any case.
}

func ExampleRule_Match() {
	rule, err := watch.Parse(`idlib NEAR/5 ceasefire`, watch.Names{"idlib": {"إدلب", "İdlib"}})
	if err != nil {
		return
	}
	evidence, ok := rule.Match(&story.Item{Title: "Ceasefire holds in İdlib'de", Lang: "tr"})
	fmt.Println(ok)
	for _, e := range evidence {
		fmt.Println(e.Term, "is", e.Text, "at", e.Start)
	}
	// Output:
	// true
	// ceasefire is Ceasefire at 0
	// idlib is İdlib at 19
}

func ExampleError() {
	_, err := watch.Parse(`idlib AND titel:truce`, nil)
	fmt.Println(err)
	// Output:
	// idlib AND titel:truce
	//           ^^^^^^
	// There is no field "titel".
	// Did you mean title: ?
}

func ExampleRule_Words() {
	rule, err := watch.Parse(`Idlib (ceasefire OR "observation post") -football outlets>=2`, nil)
	if err != nil {
		return
	}
	fmt.Println(rule.Words())
	// Output:
	// Idlib, and either ceasefire or the phrase “observation post”, but not football, once the story is told by at least 2 outlets
}

func ExampleRule_Explain() {
	rule, err := watch.Parse(`idlib NEAR/3 ceasefire -football outlets>=2`, nil)
	if err != nil {
		return
	}
	for _, clause := range rule.Explain(&story.Item{Title: "Football in Idlib: no ceasefire on the pitch"}) {
		fmt.Println(clause)
	}
	// Output:
	// ✓ idlib NEAR/3 ceasefire: “Idlib” in the title, “ceasefire” in the title
	// ✗ NOT football: "Football" is in the title
	// · outlets>=2: asked of the story, once it is known
}

func ExampleImport() {
	rule, notes, err := watch.Import(watch.Factiva, `observation post near5 idlib and atleast3 shelling/F50/`)
	fmt.Println(rule, err)
	fmt.Println(notes)
	// Output:
	// "observation post" NEAR/4 idlib AND lead:count(shelling)>=3 <nil>
	// [/F50/ became lead:, which is the title and the 60 words after it.]
}

func ExampleFormat() {
	lines, err := watch.Format(`(idlib or aleppo or "deir ez zor") (ceasefire | truce) near/5 (broken or holds) -football`)
	if err != nil {
		return
	}
	fmt.Println(lines)
	// Output:
	// (idlib OR aleppo OR "deir ez zor")
	// AND (ceasefire OR truce) NEAR/5 (broken OR holds)
	// AND NOT football
}
