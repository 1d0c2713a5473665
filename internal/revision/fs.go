package revision

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// fsys is a directory of a revision as a file system: fs.FS, fs.StatFS and
// fs.ReadLinkFS.
type fsys struct{ root *node }

func (f fsys) find(operation, name string, follow bool) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: operation, Path: name, Err: fs.ErrInvalid}
	}
	n, err := f.root.find(name, follow)
	if err != nil {
		return nil, &fs.PathError{Op: operation, Path: name, Err: err}
	}
	return n, nil
}

// Open opens a file or a directory.
func (f fsys) Open(name string) (fs.File, error) {
	n, err := f.find("open", name, true)
	if err != nil {
		return nil, err
	}
	if n.wrong != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: n.wrong}
	}
	if n.IsDir() {
		names := slices.Sorted(maps.Keys(n.children))
		return &directory{node: n, names: names}, nil
	}
	return &file{strings.NewReader(n.content), n}, nil
}

// Stat tells what a file is, behind symbolic links.
func (f fsys) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name, true)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Lstat tells what a file is; it may be a symbolic link.
func (f fsys) Lstat(name string) (fs.FileInfo, error) {
	n, err := f.find("lstat", name, false)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// ReadLink returns the target of a symbolic link.
func (f fsys) ReadLink(name string) (string, error) {
	n, err := f.find("readlink", name, false)
	if err == nil && n.mode&fs.ModeSymlink == 0 {
		err = &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	if err != nil {
		return "", err
	}
	return n.content, nil
}

// file is an open file.
type file struct {
	*strings.Reader
	node *node
}

func (f *file) Stat() (fs.FileInfo, error) { return f.node, nil }
func (f *file) Close() error               { return nil }

// directory is an open directory.
type directory struct {
	node  *node
	names []string // that have not been read yet
}

func (d *directory) Stat() (fs.FileInfo, error) { return d.node, nil }
func (d *directory) Close() error               { return nil }

func (d *directory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.node.path, Err: errors.New("it is a directory")}
}

func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	count := len(d.names)
	if n > 0 {
		if count == 0 {
			return nil, io.EOF
		}
		count = min(n, count)
	}
	entries := make([]fs.DirEntry, count)
	for i, name := range d.names[:count] {
		entries[i] = fs.FileInfoToDirEntry(d.node.children[name])
	}
	d.names = d.names[count:]
	return entries, nil
}
