package revision

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// node is a file, a directory or a symbolic link. It is not altered once it has
// been read.
type node struct {
	path     string // from the directory that was opened
	mode     fs.FileMode
	size     int64
	content  string // of a file; the target of a link
	children map[string]*node
	// wrong says why it cannot be opened; what cannot be read must not look empty.
	wrong error
}

func newDirectory(name string) *node {
	return &node{path: name, mode: fs.ModeDir | 0o555, children: map[string]*node{}}
}

// add puts an entry into its place below a directory.
func (n *node) add(e entry) (*node, error) {
	directory, file := path.Split(e.name)
	if file == "" || path.Join("/", e.name) != "/"+e.name {
		return nil, &Error{fmt.Sprintf("a file is called %+q, which is no name", e.name), "", nil}
	}
	parent := n
	for step := range strings.SplitSeq(strings.TrimSuffix(directory, "/"), "/") {
		if step == "" { // at the top
			break
		}
		next := parent.children[step]
		if next == nil {
			next = newDirectory(path.Join(parent.path, step))
			parent.children[step] = next
		}
		if parent = next; parent.children == nil {
			break // a file of that name
		}
	}
	if parent.children == nil || parent.children[file] != nil {
		return nil, &Error{fmt.Sprintf("there are two files called %+q", e.name), "", nil}
	}
	parent.children[file] = newNode(e)
	return parent.children[file], nil
}

func newNode(e entry) *node {
	n := &node{path: e.name, mode: 0o444, size: e.size}
	switch {
	case e.mode == modeSubmodule:
		n = newDirectory(e.name)
		n.wrong = fmt.Errorf("%s is a submodule, whose files are in another repository", e.name)
	case e.size < 0:
		n.size = 0
		n.wrong = errors.New("the clone lacks its content: " + wholeClone)
	case e.mode == modeLink:
		n.mode = fs.ModeSymlink | 0o777
	}
	if e.size > maxFile {
		n.wrong = fmt.Errorf("it has %d bytes, more than the %d that are read", e.size, maxFile)
	}
	return n
}

// maxLinks is how many symbolic links are followed on the way to a file.
const maxLinks = 40

// find returns what a name means; the last link is followed only where it is
// asked for.
func (n *node) find(name string, follow bool) (*node, error) {
	current, links := n, 0
	steps := strings.Split(name, "/")
	for len(steps) > 0 {
		step := steps[0]
		steps = steps[1:]
		switch {
		case step == "." || step == "":
			continue
		case !current.mode.IsDir():
			return nil, fs.ErrNotExist
		case current.wrong != nil:
			return nil, current.wrong
		}
		next := current.children[step]
		if next == nil {
			return nil, fs.ErrNotExist
		}
		if next.mode&fs.ModeSymlink == 0 || len(steps) == 0 && !follow {
			current = next
			continue
		}
		if links++; links > maxLinks {
			return nil, errors.New("too many symbolic links, one after the other")
		}
		target := path.Join(path.Dir(next.path), next.content)
		if next.wrong != nil {
			return nil, next.wrong
		}
		if path.IsAbs(next.content) || !fs.ValidPath(target) {
			return nil, fmt.Errorf("the symbolic link leads out of the directory, to %+q", next.content)
		}
		current, steps = n, slices.Concat(strings.Split(target, "/"), steps)
	}
	return current, nil
}

// Name, Size, Mode, ModTime, IsDir and Sys implement fs.FileInfo.
func (n *node) Name() string       { return path.Base(n.path) }
func (n *node) Size() int64        { return n.size }
func (n *node) Mode() fs.FileMode  { return n.mode }
func (n *node) ModTime() time.Time { return time.Time{} }
func (n *node) IsDir() bool        { return n.mode.IsDir() }
func (n *node) Sys() any           { return nil }
