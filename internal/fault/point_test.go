package fault_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// TestTheReleaseBinaryHoldsNoPoint builds the program as it is released and
// looks for the names of the points. That the look can find them is proved by
// the build that has them.
func TestTheReleaseBinaryHoldsNoPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: builds the program twice; run without -short")
	}
	names := points(t)
	if len(names) < 10 {
		t.Fatalf("the source has the points %q, want more", names)
	}
	release, broken := built(t), built(t, "-tags", "fault")
	for _, name := range names {
		if bytes.Contains(release, []byte(name)) {
			t.Errorf("the release binary holds %q", name)
		}
		if !bytes.Contains(broken, []byte(name)) {
			t.Errorf("the binary with faults does not hold %q", name)
		}
	}
}

// built returns the program's binary.
func built(t *testing.T, flags ...string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "vedette")
	build := exec.CommandContext(t.Context(), "go", append(append([]string{"build"}, flags...), "-o", file, ".")...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	bin, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// points returns the names of all points that the program passes.
func points(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/internal/fault/") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Point" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "fault" {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: a point's name is no constant", path)
				return true
			}
			name, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Error(err)
			}
			names = append(names, name)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
