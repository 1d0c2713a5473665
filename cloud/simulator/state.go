package simulator

import (
	"encoding/json"
	"net/http"
	"time"
)

// State is a picture of the cloud at one moment, as current writes left it: reads by
// clients may lag behind.
type State struct {
	Time     time.Time      `json:"time"`
	Accounts []AccountState `json:"accounts"` // in the order of the cloud file
}

// AccountState is one account that the cloud file names.
type AccountState struct {
	ID      string        `json:"id"`
	Name    string        `json:"name,omitempty"`
	Regions []RegionState `json:"regions,omitempty"` // only those with images
}

// RegionState is one account in one region.
type RegionState struct {
	Name              string       `json:"name"`
	BlockPublicAccess string       `json:"blockPublicAccess"`
	Images            []ImageState `json:"images"` // sorted by id
}

// ImageState is one image, with how it came to be so.
type ImageState struct {
	ID                string             `json:"id"`
	Name              string             `json:"name"`
	State             string             `json:"state"`
	Description       string             `json:"description,omitempty"`
	LaunchPermissions []LaunchPermission `json:"launchPermissions"` // sorted; never nil
	// History begins with what the cloud file said, and has one entry per effective write.
	History []ImageVersion `json:"history"`
}

// ImageVersion is what an image was from a moment on.
type ImageVersion struct {
	Time              time.Time          `json:"time"`
	Call              int                `json:"call,omitempty"` // Call.Number; zero: no call
	Action            string             `json:"action,omitempty"`
	Caller            string             `json:"caller,omitempty"`
	State             string             `json:"state"`
	LaunchPermissions []LaunchPermission `json:"launchPermissions"`
}

// State returns a picture of the whole cloud.
func (s *Server) State() State {
	s.cloud.mu.RLock()
	defer s.cloud.mu.RUnlock()
	now := s.options.Clock.Now()
	state := State{Time: now, Accounts: []AccountState{}}
	for _, account := range s.cloud.accounts {
		a := AccountState{ID: account.ID, Name: account.Name}
		for _, region := range s.cloud.regions {
			l := lane{account.ID, region}
			if images := s.cloud.laneImages[l]; len(images) > 0 {
				a.Regions = append(a.Regions, RegionState{region, s.cloud.publicBlock(l).state(now), imageStates(images)})
			}
		}
		state.Accounts = append(state.Accounts, a)
	}
	return state
}

func imageStates(images []*image) []ImageState {
	states := make([]ImageState, len(images))
	for n, i := range images {
		states[n] = i.imageState()
	}
	return states
}

func (i *image) imageState() ImageState {
	v := i.current()
	state := ImageState{ID: i.ID, Name: i.Name, State: v.state, Description: v.description, LaunchPermissions: v.permissions.clone()}
	for _, v := range i.versions {
		state.History = append(state.History, ImageVersion{
			v.at, v.call.Number, v.call.Action, v.call.Caller, v.state, v.permissions.clone(),
		})
	}
	return state
}

func (s permissions) clone() []LaunchPermission {
	return append([]LaunchPermission{}, s...)
}

// Image returns one image; false if there is none with that id.
func (s *Server) Image(id string) (ImageState, bool) {
	s.cloud.mu.RLock()
	defer s.cloud.mu.RUnlock()
	i := s.cloud.images[id]
	if i == nil {
		return ImageState{}, false
	}
	return i.imageState(), true
}

// LaunchPermissions returns an image's current entries, sorted; nil if there is no such
// image.
func (s *Server) LaunchPermissions(id string) []LaunchPermission {
	s.cloud.mu.RLock()
	defer s.cloud.mu.RUnlock()
	if i := s.cloud.images[id]; i != nil {
		return i.current().permissions.clone()
	}
	return nil
}

func (s *Server) serveCalls(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, append([]Call{}, s.Calls()...)) // never null
}

func (s *Server) serveState(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.State()) }

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value) // an error here is the client's: it went away
}
