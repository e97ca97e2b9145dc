package fakeroom

import (
	"bytes"
	"errors"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas are what bodies must look like, by the names of the calls that have
// one. None is no schema.
type schemas map[string]*jsonschema.Schema

// readSchemas compiles those of the routes from the OpenAPI document at path.
func readSchemas[T any](path string, routes map[string]T) (schemas, error) {
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020) // as OpenAPI 3.1 says
	c.AssertFormat()
	if err := c.AddResource("discord.json", doc); err != nil {
		return nil, err
	}
	all := make(schemas)
	for name := range routes {
		method, route, _ := strings.Cut(name, " ")
		if method == "GET" || method == "DELETE" || strings.Contains(route, "/pins/") { // without a body
			continue
		}
		route = strings.NewReplacer("{channel}", "{channel_id}", "{message}", "{message_id}", "/", "~1").Replace(route)
		at := "discord.json#/paths/" + route + "/" + strings.ToLower(method) + "/requestBody/content/application~1json/schema"
		if all[name], err = c.Compile(at); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// check blames a call whose body is not as its schema wants.
func (s schemas) check(c *call, blame func(c *call, format string, args ...any)) {
	schema := s[c.name]
	if schema == nil {
		return
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.body))
	if err == nil {
		err = schema.Validate(body)
	}
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		blame(c, "not as OpenAPI has it: %s", strings.Join(leaves(invalid), "; "))
	} else if err != nil {
		blame(c, "not as OpenAPI has it: %v", err)
	}
}

// leaves returns the innermost causes of an error: the others say only that
// there are some.
func leaves(err *jsonschema.ValidationError) []string {
	if len(err.Causes) == 0 {
		return []string{err.Error()}
	}
	var all []string
	for _, cause := range err.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}
