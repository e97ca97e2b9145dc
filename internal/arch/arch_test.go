package arch

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "vedette"

// allowed lists what each package of the program may import of the module.
// A package that is not listed may import nothing of it.
var allowed = map[string][]string{
	"story":             {},
	"story/signal":      {"story"},
	"story/level":       {"story"},
	"story/group":       {"story"},
	"story/brief":       {"story"},
	"watch":             {"story", "watch/gazetteer"},
	"watch/gazetteer":   {},
	"config":            {"story", "internal/guess"},
	"feeds/fetch":       {"internal/fault"},
	"feeds/parse":       {"story"},
	"feeds/opml":        {},
	"feeds":             {"story", "feeds/fetch", "feeds/parse"},
	"story/desk":        {"story", "story/group", "story/level", "story/signal", "watch"},
	"bot/words":         {},
	"bot":               {"story", "story/brief", "bot/words", "internal/fault"},
	"bot/chart":         {"story", "story/level", "bot", "bot/words"},
	"bot/command":       {"story", "story/brief", "story/level", "watch", "bot", "bot/chart", "bot/words", "internal/guess"},
	"internal/guess":    {},
	"internal/fault":    {},
	"bot/slack":         {"story", "bot", "bot/command", "bot/words", "internal/fault"},
	"bot/discord":       {"story", "bot", "bot/command", "bot/words", "internal/fault"},
	"bot/terminal":      {"story", "bot", "bot/command"},
	"bot/webhook":       {"story", "bot"},
	"internal/store":    {"story", "internal/fault"},
	"internal/engine":   {"story", "internal/store"},
	"internal/wire":     {"story"},
	"internal/world":    {"internal/wire"},
	"internal/rephrase": {"story/brief", "internal/fault"},
}

// testOnly lists the packages that never reach the binary.
var testOnly = []string{
	"internal/arch", "internal/bench", "internal/bench/match", "internal/bench/poll", "internal/corpus", "internal/counterparty", "internal/eval", "internal/fakeroom",
	"internal/pgtest", "internal/store/storetest", "internal/torture", "watch/gazetteer/gen", "bot/words/wordstest",
}

// kept lists imports that only some packages of the program may have.
// The store needs os for its lock and database files.
var kept = map[string][]string{
	"database/sql":                  {"internal/store"},
	"modernc.org/sqlite":            {"internal/store"},
	"github.com/riverqueue/river":   {"internal/store", "internal/engine"},
	"github.com/bwmarrin/discordgo": {"bot/discord"},
	"github.com/slack-go/slack":     {"bot/slack"},
	"github.com/gorilla/websocket":  {"bot/discord", "bot/slack"},
	"github.com/standard-webhooks":  {"bot/webhook"},
	"github.com/go-analyze/charts":  {"bot/chart"},
	"github.com/mmcdole/gofeed":     {"feeds/parse"},
	"github.com/openai/openai-go":   {"internal/rephrase"},
	"os":                            {"", "internal/store"},
	"os/signal":                     {""},
	"net/http":                      {"", "bot", "feeds", "feeds/fetch", "feeds/parse", "bot/slack", "bot/discord", "bot/webhook", "internal/rephrase", "internal/wire"},
}

// pure reports whether a package knows no outer world: story and watch and
// all below them but the loop that uses them.
func (p pkg) pure() bool {
	name := p.name()
	return strings.HasPrefix(name+"/", "story/") && name != "story/desk" || name == "watch" || name == "watch/gazetteer"
}

// outer lists imports that pure packages may not have.
var outer = []string{"math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec", "io/fs"}

type pkg struct {
	ImportPath, Dir        string
	Imports, GoFiles, Deps []string
}

func (p pkg) name() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

func TestEachPackageImportsOnlyWhatItMay(t *testing.T) {
	for _, p := range list(t) {
		name := p.name()
		for _, path := range p.Imports {
			mine, own := strings.CutPrefix(path, module+"/")
			switch {
			case slices.Contains(testOnly, name):
			case own && slices.Contains(testOnly, mine):
				t.Errorf("%s imports %s, which is for tests only", p.ImportPath, path)
			case own && name != "" && !slices.Contains(allowed[name], mine):
				t.Errorf("%s imports %s; if that is meant, say so in allowed", p.ImportPath, path)
			}
			for lib, by := range kept {
				if !slices.Contains(testOnly, name) &&
					(path == lib || strings.Contains(lib, ".") && strings.HasPrefix(path, lib+"/")) && !slices.Contains(by, name) {
					t.Errorf("%s imports %s, which is kept to %v", p.ImportPath, path, by)
				}
			}
			if p.pure() && slices.Contains(outer, path) {
				t.Errorf("%s imports %s, but knows no outer world", p.ImportPath, path)
			}
		}
	}
}

func TestTheBinaryHoldsNoTestPackage(t *testing.T) {
	for _, p := range list(t) {
		for _, dep := range p.Deps {
			if name := strings.TrimPrefix(dep, module+"/"); p.name() == "" && slices.Contains(testOnly, name) {
				t.Errorf("the binary holds %s", dep)
			}
		}
	}
}

func TestEachPackageLooksAsItShould(t *testing.T) {
	clock := regexp.MustCompile(`^(Now|Since|Until|Sleep)$`)
	for _, p := range list(t) {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "models", "shared", "core", "misc"}, filepath.Base(p.ImportPath)) {
			t.Errorf("%s says nothing by its name", p.ImportPath)
		}
		lines := 0
		for _, f := range p.GoFiles {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, parser.ParseComments)
			if err != nil {
				t.Error(err)
				continue
			}
			lines = max(lines, strings.Count(file.Doc.Text(), "\n"))
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv == nil && n.Name.Name == "init" {
						t.Errorf("%s: init runs unasked", fset.Position(n.Pos()))
					}
				case *ast.Comment:
					if strings.Contains(n.Text, "TODO") {
						t.Errorf("%s: unfinished work belongs in an issue", fset.Position(n.Pos()))
					}
				case *ast.GoStmt:
					if p.pure() {
						t.Errorf("%s: goroutine in a pure package", fset.Position(n.Pos()))
					}
				case *ast.SelectorExpr:
					if n.Sel.Name == "Go" && p.pure() {
						t.Errorf("%s: goroutine in a pure package", fset.Position(n.Pos()))
					}
					x, ok := n.X.(*ast.Ident)
					if ok && x.Name == "time" && clock.MatchString(n.Sel.Name) && p.pure() {
						t.Errorf("%s: time.%s in a pure package", fset.Position(n.Pos()), n.Sel.Name)
					}
				}
				return true
			})
		}
		if len(p.GoFiles) > 0 && lines < 3 {
			t.Errorf("%s: its package comment has %d lines, want a contract of 3 or more", p.ImportPath, lines)
		}
	}
}

func TestTheDockerfileKeepsItsRules(t *testing.T) {
	raw, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	final := text[strings.LastIndex(text, "\nFROM "):]
	for what, re := range map[string]string{
		"scratch at the end": `^\nFROM scratch\n`, "a numeric user": `(?m)^USER [1-9]\d*(:\d+)?$`,
		"a volume": `(?m)^VOLUME `, "a health check by the binary": `(?m)^HEALTHCHECK .*"/vedette", "health"\]$`,
	} {
		if !regexp.MustCompile(re).MatchString(final) {
			t.Errorf("the last stage lacks %s", what)
		}
	}
	if !regexp.MustCompile(`CGO_ENABLED=0 go build -trimpath`).MatchString(text) {
		t.Error("the build is not static and trimmed")
	}
	if bad := regexp.MustCompile(`(?m)^ADD |:latest|(?i)^(ENV|ARG) .*(TOKEN|SECRET|PASSWORD)`).FindString(text); bad != "" {
		t.Errorf("the file holds %q", bad)
	}
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,Imports,GoFiles,Deps", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
