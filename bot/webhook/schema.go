package webhook

import (
	"encoding/json"
	"fmt"

	"github.com/invopop/jsonschema"
)

// Schema returns the JSON Schema of a [Document], draft 2020-12. It lets keys
// pass that it does not know, as receivers should.
func Schema() ([]byte, error) {
	r := &jsonschema.Reflector{Anonymous: true, DoNotReference: true, AllowAdditionalProperties: true}
	s := r.Reflect(&Document{})
	s.Title = "What vedette sends to a webhook"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(b, '\n'), nil
}

// JSONSchemaExtend lists the types.
func (Type) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Enum = []any{Posted, Replied, Edited}
}
