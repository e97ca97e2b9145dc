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
