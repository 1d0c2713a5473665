package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/amisync/amisync/internal/strictyaml"
)

// maxPlan is the size in bytes of the largest plan file that is read: half a
// million changes.
const maxPlan = 256 << 20

// readFile reads a regular file that a user names, as long as it has no more
// bytes than the limit.
func readFile(name string, limit int64) ([]byte, error) {
	data, err := strictyaml.ReadFile(os.DirFS(filepath.Dir(name)), filepath.Base(name), limit)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		path.Path = name
	}
	return data, err
}

// reserved is a file that will be written as a whole or not at all. What stood
// under its name before stays until commit.
type reserved struct {
	name string
	temp *os.File    // nil where the name is no regular file, such as a pipe
	mode fs.FileMode // of the file that stands there; zero for a new one
}

// reserve makes sure that a file can be written, before anything depends on it.
func reserve(name string) (*reserved, error) {
	r := &reserved{name: name}
	if strings.HasPrefix(name, "/dev/") { // what stands behind it may be a file that others write, too
		return r, nil
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		r.name = target
	} else if _, err := os.Lstat(name); err == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("the symbolic link leads nowhere")}
	}
	info, err := os.Stat(r.name)
	switch {
	case err == nil && info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.EISDIR}
	case err == nil && !info.Mode().IsRegular():
		return r, nil
	case err == nil:
		r.mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	temp := filepath.Join(filepath.Dir(r.name), "."+filepath.Base(r.name)+"-"+rand.Text()[:8])
	r.temp, err = os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: path.Err} // not the temporary name
	}
	return r, err
}

// commit gives the file its content.
func (r *reserved) commit(content []byte) error {
	if r.temp == nil {
		file, err := os.OpenFile(r.name, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		_, err = file.Write(content)
		return errors.Join(err, file.Close())
	}
	defer r.discard()
	_, err := r.temp.Write(content)
	if r.mode != 0 {
		err = errors.Join(err, r.temp.Chmod(r.mode))
	}
	if err := errors.Join(err, r.temp.Close()); err != nil {
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
