package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
)

var update = flag.Bool("update", false, "rewrite the generated files")

const (
	tableBegin = "<!-- settings: begin (generated: go generate ./config) -->\n"
	tableEnd   = "<!-- settings: end -->"
)

func TestGeneratedFilesSayWhatTheSettingsSay(t *testing.T) {
	operating := filepath.Join("..", "docs", "operating.md")
	page := read(t, operating)
	before, rest, ok := strings.Cut(page, tableBegin)
	_, after, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		t.Fatalf("%s has no markers %q and %q", operating, tableBegin, tableEnd)
	}
	for name, tt := range map[string]struct {
		path, want string
	}{
		"EnvExample":    {filepath.Join("..", ".env.example"), config.EnvExample()},
		"SettingsTable": {operating, before + tableBegin + config.SettingsTable() + tableEnd + after},
	} {
		t.Run(name, func(t *testing.T) {
			if *update {
				if err := os.WriteFile(tt.path, []byte(tt.want), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, read(t, tt.path)); diff != "" {
				t.Errorf("%s is not what the settings say; run go generate ./config (-want +got):\n%s", tt.path, diff)
			}
		})
	}
}

func TestEnvExampleIsReadWithoutFault(t *testing.T) {
	open := strings.ReplaceAll(config.EnvExample(), "\n#VEDETTE_", "\nVEDETTE_")
	vars, err := config.ReadEnvFile(".env.example", []byte(open))
	if err != nil {
		t.Fatal(err)
	}
	if len(vars) < 10 {
		t.Fatalf("read %d variables, want them all", len(vars))
	}
	if _, faults := config.ReadSettings(vars); faults != nil {
		t.Errorf("its values are refused:\n%v", faults)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		if *update {
			return ""
		}
		t.Fatal(err)
	}
	return string(b)
}
