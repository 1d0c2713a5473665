package simulator

import (
	"fmt"

	"github.com/amisync/amisync/internal/strictyaml"
)

// The methods below change the cloud behind the back of every client, as a person at
// the console does: at once, and safe for concurrent use, so that a test can call them
// between a client's read and its write. They skip policies, quotas and settings.
// Options.OnWrite sees them with the zero Call. An image that does not exist is an error.

// Share adds and removes launch permissions of an image, whatever its state. To unshare is
// to give nothing to add. Adding what is there and removing what is not changes nothing.
func (s *Server) Share(id string, add, remove []LaunchPermission) error {
	return s.alter(id, func(v version) (version, bool) {
		v.permissions = v.permissions.change(add, remove)
		return v, true
	})
}

// DisableImage does what the action of that name does: the image is disabled and loses
// every launch permission. It is an error where the state does not permit that.
func (s *Server) DisableImage(id string) error { return s.alter(id, version.disable) }

// EnableImage makes a disabled image available again, without its former permissions.
func (s *Server) EnableImage(id string) error { return s.alter(id, version.enable) }

// DeregisterImage removes an image for good, with its launch permissions.
func (s *Server) DeregisterImage(id string) error { return s.alter(id, version.deregister) }

// SetImageState moves an image to any state and leaves the rest of it alone, its launch
// permissions too.
func (s *Server) SetImageState(id, state string) error {
	return s.alter(id, func(v version) (version, bool) {
		v.state = state
		return v, true
	})
}

func (s *Server) alter(id string, change func(version) (version, bool)) error {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	i := s.cloud.images[id]
	if i == nil {
		return fmt.Errorf("there is no image %s", id)
	}
	next, fits := change(i.current())
	if !fits {
		return fmt.Errorf("the state of %s is %s, which does not permit it", id, i.current().state)
	}
	next.at, next.call = s.options.Clock.Now(), Call{}
	s.write(i, next)
	return nil
}

// SetKeyState moves a key that the cloud file or an image names to a state, such as
// KeyDisabled.
func (s *Server) SetKeyState(arn, state string) error {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	key, ok := s.cloud.key(arn)
	if !ok || key.managed {
		return fmt.Errorf("there is no customer managed key %s", arn)
	}
	key.State = state
	s.cloud.keys = append([]Key{key.Key}, s.cloud.keys...) // the first one counts
	return nil
}

// AddImage adds an image, such as a new build. It reports mistakes as New does.
func (s *Server) AddImage(i Image) error {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.images[i.ID] != nil {
		return strictyaml.Problems{{Message: "the image " + i.ID + " exists already"}}
	}
	file := s.file
	file.Images = []Image{i}
	if err := check(file, nil).Err(); err != nil {
		return err
	}
	s.cloud.insert(newImage(i, s.cloud, s.options.Clock.Now()))
	return nil
}

// SetBlockPublicAccess sets a lane's state of block public access at once.
func (s *Server) SetBlockPublicAccess(account, region, state string) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	b := *s.cloud.publicBlock(lane{account, region})
	b.latest, b.since = state, s.options.Clock.Now()
	s.cloud.blocks[lane{account, region}] = &b
}

// Inject adds faults to those of the cloud file. Their counts start now.
func (s *Server) Inject(list ...Fault) { s.faults.add(list) }

// ClearFaults ends all faults, those of the cloud file too.
func (s *Server) ClearFaults() { s.faults.clear() }
