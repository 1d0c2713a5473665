package starter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// InTheWay tells what keeps the files from being written below root: each thing
// that is there already, and each that is no directory where one has to be; a
// symbolic link is none. An error means that something could not be looked at.
func InTheWay(root *os.Root, files []File) (found []error, err error) {
	told := map[string]bool{}
	for _, file := range files {
		name, says, err := obstacle(root, file.Path)
		if err != nil {
			return nil, err
		}
		if says != "" && !told[name] {
			found = append(found, fmt.Errorf("%s %s", filepath.Join(root.Name(), name), says))
		}
		told[name] = true
	}
	return found, nil
}

// obstacle returns the first on the path that is in the way, and why; "" where
// nothing is.
func obstacle(root *os.Root, file string) (name, says string, err error) {
	steps := strings.Split(file, "/")
	for i := range steps {
		name := strings.Join(steps[:i+1], "/")
		info, err := root.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", "", nil
		case err != nil:
			return "", "", err
		case name == file:
			return name, "is there already", nil
		case !info.IsDir():
			return name, "is no directory", nil
		}
	}
	return "", "", nil
}

// Write writes the files below root, each as a whole, and replaces none. It stops
// at the first failure; written are the paths of those before it.
func Write(root *os.Root, files []File) (written []string, err error) {
	for _, file := range files {
		if err := write(root, file); err != nil {
			return written, err
		}
		written = append(written, file.Path)
	}
	return written, nil
}

func write(root *os.Root, file File) error {
	if err := root.MkdirAll(path.Dir(file.Path), 0o777); err != nil {
		return err
	}
	out, err := root.OpenFile(file.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = out.Write(file.Content)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, root.Remove(file.Path))
	}
	return nil
}
