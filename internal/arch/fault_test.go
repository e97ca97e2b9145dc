package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// passesOn lists the functions that send or save through another one, which
// has the points, and those that need none.
var passesOn = map[string]string{
	"bot Recorder.record":             "RoundTrip, which calls it, has them",
	"bot dial":                        "connects; Recorder has them",
	"bot/discord wire.RoundTrip":      "through bot.Recorder",
	"bot/discord Account.ask":         "through bot.Recorder",
	"bot/slack bearer.RoundTrip":      "through bot.Recorder",
	"bot/slack Inbox.respond":         "through bot.Recorder",
	"bot/webhook Room.send":           "through bot.Recorder",
	" healthCmd.Run":                  "asks a vedette of this machine whether it is well",
	"internal/store OpenBeside":       "opens it beside a vedette that runs",
	"internal/store Store.schema":     "reads",
	"internal/store Store.compatible": "reads",
	"internal/store Store.closePools": "saves nothing",
	"internal/store Store.shared":     "lease and Release, which call it, have them",
	"internal/store guardedTx.Commit": "passes a commit on, of whoever makes it",
	"internal/store newPostgres":      "asks nothing of the database yet",
	"internal/store dial":             "connects; whoever then says something has them",
	"internal/store Copy":             "copier.all has them",
	"internal/store prepare":          "restores a copy that nothing uses yet",
	"internal/store sqlite.driver":    "River's own tables: a job is only a call to look",
}

// TestWhatIsSavedOrSentHasItsPoints holds one rule: a function that commits a
// transaction, uses the database's writing side, sends a request or dials has
// a fault.Point before that and one after it. So every exported method of the
// store that writes has them, since it can write through tx alone.
func TestWhatIsSavedOrSentHasItsPoints(t *testing.T) {
	for _, p := range list(t) {
		if slices.Contains(testOnly, p.name()) {
			continue
		}
		for _, f := range p.GoFiles {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				acts, points := acting(fn, p.name() == "internal/store")
				_, listed := passesOn[p.name()+" "+nameOf(fn)]
				for _, at := range acts {
					before := slices.ContainsFunc(points, func(p token.Pos) bool { return p < at })
					after := slices.ContainsFunc(points, func(p token.Pos) bool { return p > at })
					if !listed && (!before || !after) {
						t.Errorf("%s: %s has no fault.Point before and after it, and is not in passesOn", fset.Position(at), nameOf(fn))
					}
				}
				if listed && len(acts) == 0 {
					t.Errorf("%s %s does nothing that needs points; take it out of passesOn", p.name(), nameOf(fn))
				}
			}
		}
	}
}

// acting returns where fn saves or sends, and where its points are.
func acting(fn *ast.FuncDecl, store bool) (acts, points []token.Pos) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && store && (sel.Sel.Name == "write" || sel.Sel.Name == "shared") {
			acts = append(acts, n.Pos())
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		arg := ast.Expr(nil)
		if len(call.Args) == 1 {
			arg = call.Args[0]
		}
		_, once := arg.(*ast.FuncLit)
		switch sel.Sel.Name {
		case "Commit", "RoundTrip", "DialContext":
			acts = append(acts, n.Pos())
		case "Do":
			if arg != nil && !once { // a sync.Once takes a function, and what answers people a context first
				acts = append(acts, n.Pos())
			}
		case "Point":
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "fault" {
				points = append(points, n.Pos())
			}
		}
		return true
	})
	return acts, points
}

// nameOf returns fn's name, with its receiver's.
func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	recv := fn.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	return fmt.Sprintf("%v.%s", recv, fn.Name.Name)
}
