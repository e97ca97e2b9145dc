package counterparty

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"
)

// A Typed is a value and the one of Slack's types that it should have, such as
// KnownBlock[] or ModalView.
type Typed struct {
	Name  string          `json:"name"`
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// SlackTypes returns what the types that Slack publishes refuse of values, each
// with its value's name. The types know no lengths. Where node or the types are
// not installed, it skips the test and says how to install them.
func SlackTypes(t *testing.T, values []Typed) []string {
	t.Helper()
	dir := installed(t, "@slack/types", "typescript")
	in, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "types.mjs")
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("types.mjs: %v\n%s", err, stderr.Bytes())
	}
	var faults []string
	if err := json.Unmarshal(out, &faults); err != nil {
		t.Fatalf("types.mjs said %q: %v", out, err)
	}
	return faults
}
