package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
)

// ReadFile reads a regular file of a size in bytes that is at most the limit.
// Anything else is not opened: a pipe would block, and some devices never end.
// The error is a *fs.PathError; it wraps syscall.EISDIR for a directory.
func ReadFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	data, err := readRegular(fsys, name, limit)
	if err != nil {
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = path.Err
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return data, nil
}

func readRegular(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, syscall.EISDIR
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are read", info.Size(), limit)
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1)) // files of the kernel have no size, and others grow
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it has more than the %d bytes that are read", limit)
	}
	return data, err
}
