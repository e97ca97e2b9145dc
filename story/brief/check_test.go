package brief_test

import (
	"fmt"
	"strings"
	"testing"

	"vedette/story/brief"
)

// reports are invented; places, people and figures too.
func sources() [][]string {
	return [][]string{
		{"Shelling killed 14 soldiers near Oldbridge on Monday, the defence ministry said.", "The army denied that it had crossed the river."},
		{"At least 12 civilians were killed by rebels in Upton, according to the mayor.", "The hospital said 30 people were wounded."},
		{"The alleged attack took place on 4 March, officials said.", "No soldiers were captured."},
		{"General Orlov said his troops would withdraw if the talks succeed.", "He gave no date."},
		{"Northland accused Southland of shelling three posts.", "Southland did not comment."},
		{"Northland shelled the port of Odra, residents said.", "More than 2,000 families fled, the governor told reporters."},
		{"Rebels reportedly captured two villages near Marsk.", "The army said it held both roads."},
		{"The ceasefire began at dawn on 12 June.", "The envoy said it was violated twice by militia fighters."},
		{"Minister Ana Belova warned Southland that Northland will use force until its posts are freed.", "Two posts are encircled."},
		{"Some 1.5 million people were displaced in 2019, the agency said.", "The agency said 40 percent were children."},
		{"A suspected drone strike hit a fuel depot in Karsk.", "Three workers were wounded, the company said."},
		{"Talks between Northland and Southland failed on Friday.", "The mediator said neither side would sign."},
	}
}

func TestAnUnchangedBriefPasses(t *testing.T) {
	for _, s := range sources() {
		if d := brief.Check(s, strings.Join(s, " ")); d != "" {
			t.Errorf("%q is refused: %s", s, d)
		}
	}
}

// errorsIn returns what may be changed in a sentence, and to what, so that it
// says another thing.
func errorsIn() [][2]string {
	return [][2]string{
		// figures, how exact they are, and their units
		{"14", "41"},
		{"14", "40"},
		{"14", "four"},
		{"12 civ", "21 civ"},
		{"30", "13"},
		{"30", "three"},
		{"2,000", "20,000"},
		{"2,000", "200"},
		{"three", "thirteen"},
		{"Three", "Four"},
		{"two", "ten"},
		{"Two", "Twelve"},
		{"1.5", "15"},
		{"1.5 million", "1.5 billion"},
		{"40 percent", "40 thousand"},
		{"40", "60"},
		{"percent", "families"},
		{"At least 12", "12"},
		{"At least", "At most"},
		{"At least", "Almost"},
		{"More than 2,000", "2,000"},
		{"More than", "Fewer than"},
		{"Some 1.5", "At least 1.5"},
		{"families", "people"},
		{"twice", "once"},
		{"both roads", "one road"},
		// what happened
		{"killed", "wounded"},
		{"wounded", "killed"},
		{"captured", "killed"},
		{"displaced", "killed"},
		{"shelled", "destroyed"},
		{"Shelling", "Bombing"},
		{"hit", "levelled"},
		{"fled", "died"},
		{"warned", "attacked"},
		{"withdraw", "advance"},
		{"encircled", "captured"},
		{"began", "ended"},
		{"failed", "succeeded"},
		{"violated", "respected"},
		{"sign", "fight"},
		{"freed", "shelled"},
		{"use force", "use nuclear force"},
		// who, and where
		{"soldiers", "civilians"},
		{"civilians", "rebels"},
		{"killed by rebels", "killed by soldiers"},
		{"were killed by rebels", "killed rebels"},
		{"Oldbridge", "Upton"},
		{"Upton", "Oldbridge"},
		{"in Upton", "in Upton and Marsk"},
		{"Northland accused Southland", "Southland accused Northland"},
		{"Northland shelled the port of Odra", "The port of Odra shelled Northland"},
		{"Northland shelled", "Southland shelled"},
		{"Rebels reportedly captured two villages", "Two villages reportedly captured rebels"},
		{"Orlov", "Petrov"},
		{"General Orlov", "General Ivan Orlov"},
		{"Ana Belova", "Ana Orlova"},
		{"warned Southland that Northland", "warned Northland that Southland"},
		{"Karsk", "Marsk"},
		{"near Marsk", "in Marsk"},
		{"militia fighters", "army fighters"},
		{"children", "soldiers"},
		{"workers", "soldiers"},
		{"Southland did", "Northland did"},
		{"between Northland and Southland", "between Northland and Eastland"},
		{"The army", "The rebels"},
		// who says so
		{", the defence ministry said", ""},
		{"the defence ministry", "the rebels"},
		{", according to the mayor", ""},
		{"the mayor", "the army"},
		{"The hospital said 30", "30"},
		{"The hospital", "The army"},
		{", officials said", ""},
		{", residents said", ""},
		{"residents", "officials"},
		{", the governor told reporters", ""},
		{"the governor", "the minister"},
		{", the agency said", ""},
		{"The agency said 40", "40"},
		{", the company said", ""},
		{"The mediator said neither", "Neither"},
		{"The envoy said it", "It"},
		{"The army said it held", "The army held"},
		{"General Orlov said his", "General Orlov confirmed his"},
		// hedges, negations, conditions
		{"alleged ", ""},
		{"reportedly ", ""},
		{"suspected ", ""},
		{"accused Southland of shelling", "confirmed Southland shelling"},
		{"would withdraw", "will withdraw"},
		{"would withdraw", "did withdraw"},
		{" if the talks succeed", ""},
		{"if the", "because the"},
		{"will use", "used"},
		{" until its posts are freed", ""},
		{"denied", "said"},
		{"denied", "confirmed"},
		{"No soldiers", "Soldiers"},
		{"did not comment", "did comment"},
		{"no date", "a date"},
		{"neither side", "both sides"},
		{"were killed", "were not killed"},
		{"were wounded", "were not wounded"},
		{"killed 14", "did not kill 14"},
		{"fled", "never fled"},
		{"held both", "did not hold both"},
		{"failed", "did not fail"},
		{"was violated", "was not violated"},
		// dates
		{"Monday", "Tuesday"},
		{"Friday", "Sunday"},
		{"4 March", "14 March"},
		{"4 March", "4 May"},
		{" on 4 March", ""},
		{"12 June", "12 July"},
		{"12 June", "21 June"},
		{" on 12 June", ""},
		{"2019", "2018"},
		{" in 2019", ""},
		{"at dawn", "at dusk"},
	}
}

// seeded returns texts that each hold one error, made from briefs and from
// briefs told with the speaker in another place.
func seeded() (all []struct {
	brief []string
	text  string
},
) {
	add := func(sources []string, text string) {
		all = append(all, struct {
			brief []string
			text  string
		}{sources, text})
	}
	for _, s := range sources() {
		whole := strings.Join(s, " ")
		for _, e := range errorsIn() {
			if strings.Contains(whole, e[0]) {
				add(s, strings.Replace(whole, e[0], e[1], 1))
				add(s, s[1]+" "+strings.Replace(s[0], e[0], e[1], 1)) // the other order: if the error is in the first
			}
		}
		add(s, s[0])
		add(s, s[1])
		add(s, whole+" The war is over.")
		add(s, strings.Replace(whole, ".", ", the president said.", 1))
	}
	unchanged := func(b []string, text string) bool {
		return strings.Contains(text, b[0]) && strings.Contains(text, b[1]) && len(text) == len(b[0])+len(b[1])+1
	}
	kept := all[:0]
	for _, e := range all {
		if !unchanged(e.brief, e.text) {
			kept = append(kept, e)
		}
	}
	return kept
}

func TestNoSeededErrorPasses(t *testing.T) {
	all := seeded()
	if len(all) < 200 {
		t.Errorf("%d seeded errors, want at least 200", len(all))
	}
	for _, e := range all {
		if d := brief.Check(e.brief, e.text); d == "" {
			t.Errorf("%q passes for %q", e.text, e.brief)
		}
	}
	t.Logf("%d seeded errors", len(all))
}

func TestMostFaithfulRephrasingsPass(t *testing.T) {
	passed, all := 0, 0
	for i, texts := range map[int][]string{
		0: {
			"The defence ministry said shelling killed 14 soldiers near Oldbridge on Monday. The army denied that it had crossed the river.",
			"According to the defence ministry, shelling killed fourteen soldiers near Oldbridge. The army denied it had crossed the river.",
			"Shelling killed 14 soldiers close to Oldbridge, said the defence ministry, and the army denied that it had crossed the river.",
			"The army denied that it crossed the river. Shelling killed 14 soldiers near Oldbridge on Monday, according to the defence ministry.",
		},
		1: {
			"The mayor said at least 12 civilians were killed by rebels in Upton. 30 people were injured, the hospital said.",
			"Rebels killed at least twelve civilians in Upton, the mayor said. The hospital said thirty people were hurt.",
			"According to the mayor, rebels killed no fewer than 12 civilians in Upton. According to the hospital, 30 people were wounded.",
			"The hospital said 30 people were wounded, while the mayor said at least 12 civilians were killed by rebels in Upton.",
		},
		2: {
			"Officials said the alleged attack took place on 4 March. No soldiers were captured.",
			"According to officials, the alleged attack took place on 4 March, and no soldiers were captured.",
			"No soldiers were captured. The alleged attack took place on 4 March, according to officials.",
		},
		3: {
			"General Orlov said that his troops would withdraw if the talks succeed. He gave no date.",
			"His troops would withdraw if the talks succeed, General Orlov said. He gave no date.",
			"General Orlov said his troops would pull out if the talks succeed, but gave no date.",
		},
		4: {
			"Northland accused Southland of shelling 3 posts. Southland didn't comment.",
			"Northland accused Southland of shelling three posts; Southland did not comment.",
			"Southland was accused by Northland of shelling three posts. Southland did not comment.",
			"Northland accused Southland of shelling three posts, and Southland did not comment.",
		},
		5: {
			"Residents said Northland shelled the port of Odra. More than 2,000 families fled, the governor told reporters.",
			"The port of Odra was shelled by Northland, residents said. More than two thousand families fled, the governor told reporters.",
			"According to residents, the port of Odra was shelled by Northland. More than 2000 families fled, the governor told reporters.",
			"More than 2,000 families fled, the governor told reporters, and Northland shelled the port of Odra, according to residents.",
		},
		6: {
			"Rebels reportedly captured 2 villages close to Marsk. The army said that it held both roads.",
			"Rebels have reportedly captured two villages near Marsk, while the army said it held both roads.",
			"Two villages near Marsk were reportedly captured by rebels. The army said it held both roads.",
		},
		7: {
			"The ceasefire started at dawn on 12 June. The envoy said militia fighters violated it twice.",
			"The ceasefire began at dawn on June 12. It was violated twice by militia fighters, the envoy said.",
			"The ceasefire began at dawn on 12 June. According to the envoy, it was violated twice by militia fighters.",
			"The ceasefire began at dawn on 12 June and the envoy said it was violated twice by militia fighters.",
		},
		8: {
			"Minister Ana Belova warned Southland Northland will use force until its posts are freed. 2 posts are encircled.",
			"Minister Ana Belova warned Southland that Northland will use force until its posts are freed, and two posts are encircled.",
			"Two posts are encircled. Minister Ana Belova has warned Southland that Northland will use force until its posts are freed.",
		},
		9: {
			"The agency said some 1.5 million people were displaced in 2019. 40 percent were children, the agency said.",
			"According to the agency, some 1.5 million people were displaced in 2019. The agency said 40% were children.",
			"Some 1.5 million people were displaced in 2019, according to the agency. The agency said 40 per cent were children.",
			"Some 1.5 million people were displaced in 2019, said the agency, and according to the agency, forty percent were children.",
		},
		10: {
			"A fuel depot in Karsk was hit by a suspected drone strike. The company said three workers were injured.",
			"A suspected drone strike has hit a fuel depot in Karsk, and three workers were wounded, the company said.",
			"A suspected drone strike hit a fuel depot in Karsk. According to the company, 3 workers were hurt.",
			"Three workers were wounded, said the company. A suspected drone strike hit a fuel depot in Karsk.",
		},
		11: {
			"Talks between Northland and Southland failed. Neither side would sign, the mediator said.",
			"Talks between Northland and Southland have failed on Friday. According to the mediator, neither side would sign.",
			"The mediator said that neither side would sign, and talks between Northland and Southland failed on Friday.",
		},
	} {
		for _, text := range texts {
			all++
			if d := brief.Check(sources()[i], text); d == "" {
				passed++
			} else {
				t.Logf("refused: %s (%s)", text, d)
			}
		}
	}
	t.Logf("%d of %d faithful rephrasings pass", passed, all)
	if all < 40 || passed*10 < all*8 {
		t.Errorf("%d of %d faithful rephrasings pass, want at least 40 of which 80 %%", passed, all)
	}
}

func TestTheCheckRefusesWithAReason(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"Empty":    {" ", "empty"},
		"Markup":   {"![x](https://evil.example)", "'!'"},
		"Mention":  {"@everyone The post fell.", "'@'"},
		"Longer":   {strings.Repeat("The post fell. ", 30), "longer"},
		"Omission": {"The post fell.", "leaves out"},
		"Other":    {"All clear.", "no sentence"},
	} {
		t.Run(name, func(t *testing.T) {
			if d := brief.Check([]string{"The post fell.", "Nobody was hurt, the army said."}, tt.text); !strings.Contains(string(d), tt.want) {
				t.Errorf("doubt is %q, want one with %q", d, tt.want)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range sources() {
		f.Add(s[0], s[1], strings.Join(s, " "))
	}
	f.Fuzz(func(t *testing.T, a, b, text string) {
		if d := brief.Check([]string{a, b}, text); d == "" && strings.TrimSpace(text) == "" {
			t.Errorf("an empty text passes for %q", a)
		}
	})
}

func ExampleCheck() {
	sentences := []string{"At least 12 people were killed, the mayor said."}
	fmt.Printf("%q\n", brief.Check(sentences, "The mayor said at least twelve people were killed."))
	fmt.Printf("%q\n", brief.Check(sentences, "12 people were killed."))
	// Output:
	// ""
	// "no sentence of the reports says \"12 people were killed.\" in this way"
}
