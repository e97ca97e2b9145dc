package config_test

import (
	"fmt"

	"vedette/config"
)

func ExampleLoad() {
	const file = `feeds:
  - name: aljazeera
    url: https://www.aljazeera.com/xml/rss/all.xml
    teir: 2
watches:
  idlib:
    rule: idlib AND ceasefire
    rooms: [dsek]
rooms:
  desk:
    slack: { channel: C0123456789 }
`
	_, _, faults := config.Load("vedette.yaml", []byte(file), config.Options{})
	for _, f := range faults {
		fmt.Printf("line %d: %s\n", f.Line, f.Msg)
	}
	// Output:
	// line 4: feeds[0] has no key "teir"; did you mean "tier"?
	// line 8: there is no room "dsek"; did you mean "desk"?
}

func ExampleReadSettings() {
	_, faults := config.ReadSettings(map[string]string{"VEDETTE_POLL_EVERY": "5", "VEDETTE_SLAK_TOKEN": "xoxb-1"})
	fmt.Println(faults)
	// Output:
	// VEDETTE_POLL_EVERY="5": this value cannot be right
	//       want a duration of 1s or more, such as 2m
	// VEDETTE_SLAK_TOKEN: there is no such setting; did you mean "VEDETTE_SLACK_TOKEN"?
	//       want one of the settings in .env.example
}

func ExampleFault_String() {
	fmt.Println(config.Fault{
		File: "vedette.yaml", Line: 4, Column: 11, Snippet: "    tier: 9",
		Msg: "the tier is 9", Want: "a tier from 1, official or wire, to 4, unvetted",
	})
	// Output:
	// vedette.yaml:4:11: the tier is 9
	//     4 |     tier: 9
	//                   ^
	//       want a tier from 1, official or wire, to 4, unvetted
}
