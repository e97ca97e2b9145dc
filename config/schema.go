package config

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"
)

// Schema returns the JSON Schema of the desk file, draft 2020-12, for editors
// that complete and check what one types. What a schema cannot say, such as
// whether a rule can be read, only [Load] says.
func Schema() ([]byte, error) {
	s := schemaOf(reflect.TypeFor[deskFile]())
	s.Version = jsonschema.Version
	s.Title = "The desk file of vedette"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(b, '\n'), nil
}

func schemaOf(t reflect.Type) *jsonschema.Schema {
	s := (&jsonschema.Reflector{Anonymous: true, DoNotReference: true}).ReflectFromType(t)
	s.Version = ""
	return s
}

// JSONSchema returns the schema of a piece of text.
func (text) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

// JSONSchema returns the schema of a whole number.
func (number) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Type: "integer"} }

// JSONSchema returns the schema of true and false.
func (yes) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Type: "boolean"} }

// JSONSchema returns the schema of a rung, or a list of them.
func (ladder) JSONSchema() *jsonschema.Schema {
	rung := schemaOf(reflect.TypeFor[escalateFile]())
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{rung, {Type: "array", Items: rung}}}
}

// JSONSchema returns the schema of a list.
func (sequence[T]) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: schemaOf(reflect.TypeFor[T]())}
}

// JSONSchema returns the schema of a mapping from names.
func (table[T]) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", AdditionalProperties: schemaOf(reflect.TypeFor[T]())}
}

// JSONSchemaExtend asks for one of the places that a room can be in.
func (roomFile) JSONSchemaExtend(s *jsonschema.Schema) {
	for _, key := range []string{"slack", "discord", "webhook", "terminal"} {
		s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{key}})
	}
}
