package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"vedette/config"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	b, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("desk.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("desk.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, doc string) error {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func TestSchemaAcceptsWhatLoadAccepts(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("..", "vedette.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s := compiled(t)
	for name, doc := range map[string]string{"Example": string(example), "EveryKey": good + all} {
		t.Run(name, func(t *testing.T) {
			if err := validate(t, s, doc); err != nil {
				t.Errorf("the schema refuses it: %v", err)
			}
		})
	}
}

// TestTheExampleExplainsEveryKey holds the file that people copy to the keys that
// there are.
func TestTheExampleExplainsEveryKey(t *testing.T) {
	raw, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile(filepath.Join("..", "vedette.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var look func(at string, schema any)
	look = func(at string, schema any) {
		switch s := schema.(type) {
		case map[string]any:
			keys, _ := s["properties"].(map[string]any)
			for key, of := range keys {
				if !regexp.MustCompile(`\b` + key + `\b`).Match(example) {
					t.Errorf("the example does not explain %s%s", at, key)
				}
				look(at+key+".", of)
			}
			for _, below := range []string{"items", "additionalProperties", "oneOf"} {
				look(at, s[below])
			}
		case []any:
			for _, one := range s {
				look(at, one)
			}
		}
	}
	var schema any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	look("", schema)
}

func TestSchemaRefusesWhatLoadRefuses(t *testing.T) {
	s := compiled(t)
	for name, tt := range map[string]struct{ old, new string }{
		"UnknownKey":     {"tier: 1", "teir: 1"},
		"Tier":           {"tier: 1", "tier: 5"},
		"FeedNoURL":      {"    url: http://example.org/coast.xml\n", ""},
		"Scheme":         {"http://example.org/coast.xml", "ftp://example.org/coast.xml"},
		"AliasText":      {"[Idleb, إدلب]", "Idleb"},
		"WatchNoRule":    {"    rule: idlib AND (ceasefire OR shelling)\n", ""},
		"WatchNoRooms":   {"[desk, osint]", "[]"},
		"SlackChannel":   {"C0123456789", "general"},
		"DiscordNumber":  {`"123456789012345678"`, "123456789012345678"},
		"DiscordChannel": {`"123456789012345678"`, `"1234"`},
		"RoomInTwo":      {"    zone:", "    terminal: {}\n    zone:"},
		"RoomNowhere":    {"    slack: { channel: C0123456789 }\n", ""},
		"Level":          {"    terminal: {}\n", "    terminal: {}\n    tell: { from: loud }\n"},
		"QuietHours":     {"    terminal: {}\n", "    terminal: {}\n    quiet: { hours: late }\n"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Replace(good, tt.old, tt.new, 1)
			if err := validate(t, s, doc); err == nil {
				t.Error("the schema accepts it")
			}
			if _, _, faults := config.Load("desk.yaml", []byte(doc), config.Options{}); faults == nil {
				t.Error("Load accepts it")
			}
		})
	}
}

func TestSchemaDescribesEveryKey(t *testing.T) {
	b, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	if got, want := root["$schema"], "https://json-schema.org/draft/2020-12/schema"; got != want {
		t.Errorf("draft is %v, want %v", got, want)
	}
	keys := 0
	var walk func(path string, s map[string]any)
	walk = func(path string, s map[string]any) {
		properties, _ := s["properties"].(map[string]any)
		for key, p := range properties {
			keys++
			property := p.(map[string]any)
			if d, _ := property["description"].(string); d == "" {
				t.Errorf("%s.%s has no description", path, key)
			}
			walk(path+"."+key, property)
		}
		oneOf, _ := s["oneOf"].([]any)
		for _, one := range oneOf {
			walk(path, one.(map[string]any))
		}
		for _, inner := range []string{"items", "additionalProperties"} {
			if m, ok := s[inner].(map[string]any); ok {
				walk(path+"[]", m)
			}
		}
	}
	walk("", root)
	if keys < 28 {
		t.Errorf("it has %d keys, want every key of a desk file", keys)
	}
}
