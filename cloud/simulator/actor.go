package simulator

import (
	"fmt"

	"github.com/amisync/amisync/internal/strictyaml"
)

// The methods below change the cloud behind the back of every client, as a person at
// the console does. They skip quotas and settings. Options.OnWrite sees them with the
// zero Call.

// Share adds and removes launch permissions of an image.
func (s *Server) Share(id string, add, remove []LaunchPermission) error {
	return s.alter(id, func(v *version) { v.permissions = v.permissions.change(add, remove) })
}

// SetImageState moves an image to a state and leaves the rest of it alone.
func (s *Server) SetImageState(id, state string) error {
	return s.alter(id, func(v *version) { v.state = state })
}

func (s *Server) alter(id string, change func(*version)) error {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	i := s.cloud.images[id]
	if i == nil {
		return fmt.Errorf("there is no image %s", id)
	}
	next := i.current()
	next.at, next.call = s.options.Clock.Now(), Call{}
	change(&next)
	s.write(i, next)
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
