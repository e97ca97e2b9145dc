package config

import "regexp"

// People says who may do what: persons, user groups and roles, each with its
// platform before it. An empty Act is everybody, an empty Manage nobody.
type People struct {
	Act, Manage []string
}

// personPattern is what a person, a group or a role looks like.
var personPattern = regexp.MustCompile(`^(slack:[USW][A-Z0-9]{8,20}|discord:[0-9]{17,20})$`)

func (r *reader) people(file *peopleFile) People {
	ids := func(list words) (all []string) {
		for _, t := range list.items {
			if !personPattern.MatchString(t.value) {
				r.fault(t.spot, "this is nobody: "+r.quote(t.value), "slack: and the ID of a person or a user group, or discord: and that of a person or a role")
				continue
			}
			all = append(all, t.value)
		}
		return all
	}
	return People{Act: ids(file.Act), Manage: ids(file.Manage)}
}
