package revision

import (
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"testing"
)

func TestWhatIsTooLargeIsNotRead(t *testing.T) {
	repository(t)
	write(t, "manifests/a.yaml", strings.Repeat("a", maxFile+1))
	commit(t)
	tree, _, err := Open(t.Context(), "manifests", "main")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := fs.Stat(tree, "a.yaml"); err != nil || info.Size() != maxFile+1 {
		t.Error(info, err)
	}
	if _, err := fs.ReadFile(tree, "a.yaml"); err == nil || !strings.Contains(err.Error(), "more than the") {
		t.Error(err)
	}
}

// Ten trees, each of which names the one before ten times, are ten thousand
// million files; or as many directories, with nothing in them.
func TestATreeThatUnfoldsWithoutEndIsRefused(t *testing.T) {
	repository(t)
	write(t, "blob", "x")
	for name, bottom := range map[string]string{"files": "100644 blob " + run(t, "hash-object", "-w", "blob"), "nothing": "040000 tree " + tree(t, "")} {
		t.Run(name, func(t *testing.T) {
			object := bottom
			for range 9 {
				var lines strings.Builder
				for i := range 30 {
					fmt.Fprintf(&lines, "%s\tf%02d\n", object, i)
				}
				object = "040000 tree " + tree(t, lines.String())
			}
			id := run(t, "commit-tree", "-m", "bomb", strings.Fields(object)[2])
			_, _, err := Open(t.Context(), ".", id)
			wrong(t, err, "more than the 200000 files and directories", "--manifests")
		})
	}
}

// Names take room, too: a tree of a few hundred bytes can spell them out without
// end.
func TestNamesWithoutEndAreRefused(t *testing.T) {
	repository(t)
	write(t, "blob", "x")
	object, long := "100644 blob "+run(t, "hash-object", "-w", "blob"), strings.Repeat("n", 4000)
	for range 4 {
		var lines strings.Builder
		for i := range 10 {
			fmt.Fprintf(&lines, "%s\t%s%d\n", object, long, i)
		}
		object = "040000 tree " + tree(t, lines.String())
	}
	id := run(t, "commit-tree", "-m", "bomb", strings.Fields(object)[2])
	_, _, err := Open(t.Context(), ".", id)
	wrong(t, err, "more than the 64 MiB of names", "--manifests")
}

// tree is the id of a tree with the entries, one a line.
func tree(t *testing.T, lines string) string {
	t.Helper()
	command := exec.Command("git", "mktree")
	command.Stdin = strings.NewReader(lines)
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
