package revision

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Limits on what is read. A tree of a few kilobytes can name any number of
// files, so a pull request could otherwise use up the machine.
const (
	maxEntries = 200_000   // files and directories, empty ones too, in all
	maxListing = 64 << 20  // bytes of their names, in all
	maxFile    = 8 << 20   // bytes; larger ones cannot be opened
	maxTotal   = 256 << 20 // bytes, in all
)

// tooMuch says that a directory holds more than is read.
func tooMuch(format string, limit int) *Error {
	return &Error{"the directory holds more than the " + fmt.Sprintf(format, limit), "keep the manifests in a directory of their own, and name it with --manifests DIR", nil}
}

// The modes of a tree's entries that are not files.
const (
	modeTree      = "040000"
	modeLink      = "120000"
	modeSubmodule = "160000"
)

// entry is a line of git ls-tree.
type entry struct {
	mode, id, name string
	size           int64 // -1 for what has none
}

// list reads the entries of a tree; with all, those of the trees in it as well.
func (g git) list(ctx context.Context, tree string, all bool, use func(entry) error) error {
	args := []string{"ls-tree", "-z", "--long", "--full-tree"}
	if all {
		args = append(args, "-r", "-t")
	}
	return g.stream(ctx, nil, func(out io.Reader) error {
		lines := bufio.NewReader(io.LimitReader(out, maxListing+1))
		read := 0
		for n := 1; ; n++ {
			line, err := lines.ReadString(0)
			read += len(line)
			e, ok := parse(strings.TrimSuffix(line, "\x00"))
			switch {
			case read > maxListing:
				return tooMuch("%d MiB of names that are read", maxListing>>20)
			case err == io.EOF && line == "":
				return nil
			case err != nil:
				return err
			case !ok:
				return fmt.Errorf("git ls-tree wrote %+q", line)
			case n > maxEntries:
				return tooMuch("%d files and directories that are read", maxEntries)
			}
			if err := use(e); err != nil {
				return err
			}
		}
	}, append(args, tree)...)
}

// parse reads "MODE TYPE ID SIZE\tNAME".
func parse(line string) (entry, bool) {
	about, name, named := strings.Cut(line, "\t")
	fields := strings.Fields(about)
	if !named || len(fields) != 4 {
		return entry{}, false
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil { // "-" for trees and submodules, "BAD" where the clone lacks the file
		size = -1
	}
	return entry{fields[0], fields[2], name, size}, true
}

// read reads a tree with all files in it.
func (g git) read(ctx context.Context, tree string) (fs.FS, error) {
	root := newDirectory(".")
	var wanted []*node
	var ids strings.Builder
	total := int64(0)
	err := g.list(ctx, tree, true, func(e entry) error {
		if e.mode == modeTree { // add makes those that hold files
			return nil
		}
		n, err := root.add(e)
		if err != nil || n.wrong != nil {
			return err
		}
		if total += e.size; total > maxTotal {
			return tooMuch("%d MiB that are read", maxTotal>>20)
		}
		wanted = append(wanted, n)
		ids.WriteString(e.id + "\n")
		return nil
	})
	if err != nil || len(wanted) == 0 {
		return fsys{root}, err
	}
	err = g.stream(ctx, strings.NewReader(ids.String()), func(out io.Reader) error {
		objects := bufio.NewReader(out)
		for _, n := range wanted {
			if err := n.fill(objects); err != nil {
				return err
			}
		}
		return nil
	}, "cat-file", "--batch")
	return fsys{root}, err
}

// fill reads the content from what git cat-file --batch writes: "ID blob SIZE",
// a line break, the content and another line break, or "ID missing".
func (n *node) fill(objects *bufio.Reader) error {
	head, err := objects.ReadString('\n')
	if err != nil {
		return err
	}
	if strings.HasSuffix(head, " missing\n") {
		return &Error{"the clone lacks the content of " + n.path, wholeClone, nil}
	}
	fields := strings.Fields(head)
	if len(fields) != 3 || fields[1] != "blob" || fields[2] != strconv.FormatInt(n.size, 10) {
		return fmt.Errorf("git cat-file wrote %+q", head)
	}
	content := make([]byte, n.size+1)
	if _, err := io.ReadFull(objects, content); err != nil {
		return io.EOF
	}
	n.content = string(content[:n.size])
	return nil
}
