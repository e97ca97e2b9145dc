package counterparty

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// SlackSchema returns what Slack's own types say of a kind of JSON: file is a
// file of declarations in Slack's packages, such as
// @slack/web-api/dist/types/request/manifest.d.ts, and kind a type in it. The
// types know names and shapes; lengths stand in their comments alone. Where
// they are not installed, it skips the test.
func SlackSchema(t *testing.T, file, kind string) *jsonschema.Schema {
	t.Helper()
	dir := installed(t, "@slack/web-api", "ts-json-schema-generator")
	//nolint:gosec // a test names the file
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("node_modules", "ts-json-schema-generator", "bin", "ts-json-schema-generator.js"),
		"--path", filepath.Join("node_modules", filepath.FromSlash(file)), "--type", kind, "--no-type-check")
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the schema of %s in %s: %v\n%s", kind, file, err, stderr.Bytes())
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("slack.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("slack.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
