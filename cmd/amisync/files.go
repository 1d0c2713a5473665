package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// reserved is a file that will be written as a whole or not at all. What stood
// under its name before stays until commit.
type reserved struct {
	name string
	temp *os.File // nil where the name is no regular file, such as a pipe
	mode fs.FileMode
}

// reserve makes sure that a file can be written, before anything depends on it.
func reserve(name string) (*reserved, error) {
	r := &reserved{name: name, mode: 0o644}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		r.name = target
	}
	info, err := os.Stat(r.name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return r, nil
	case err == nil:
		r.mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	r.temp, err = os.CreateTemp(filepath.Dir(r.name), "."+filepath.Base(r.name)+"-*")
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: path.Err} // not the temporary name
	}
	return r, err
}

// commit gives the file its content.
func (r *reserved) commit(content []byte) error {
	if r.temp == nil {
		return os.WriteFile(r.name, content, r.mode)
	}
	defer r.discard()
	_, err := r.temp.Write(content)
	if err := errors.Join(err, r.temp.Chmod(r.mode), r.temp.Close()); err != nil {
		return err
	}
	return os.Rename(r.temp.Name(), r.name)
}

// discard leaves everything as it was; after commit it does nothing.
func (r *reserved) discard() {
	if r != nil && r.temp != nil {
		_ = r.temp.Close()
		_ = os.Remove(r.temp.Name())
	}
}

// replaceFile writes a file as a whole or not at all.
func replaceFile(name string, content []byte) error {
	r, err := reserve(name)
	if err != nil {
		return err
	}
	return r.commit(content)
}
