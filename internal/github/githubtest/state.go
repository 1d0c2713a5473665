package githubtest

import "slices"

// As makes the token belong to somebody else.
func (s *Server) As(u User) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.viewer = u
}

// PullRequest opens a pull request into main, and returns its number.
func (s *Server) PullRequest(commits ...string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	i := s.add(&Issue{Title: "Share more images", User: Person, Links: &struct{}{}, base: "main", commits: commits})
	i.URL = site + "/pull/" + i.URL[len(site+"/issues/"):]
	return i.Number
}

// Merge merges a pull request as a commit.
func (s *Server) Merge(pullRequest int, commit string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	i := s.issues[pullRequest-1]
	i.State, i.merge = "closed", commit
}

// Comment adds a comment of somebody, and returns its id.
func (s *Server) Comment(on int, author User, body string) int64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.comment(s.issues[on-1], author, body).ID
}

// Open adds an issue of somebody, and returns its number.
func (s *Server) Open(author User, title, body string, labels ...string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	i := s.add(&Issue{Title: title, Body: body, User: author})
	for _, label := range labels {
		i.Labels = append(i.Labels, Label{label})
	}
	return i.Number
}

// Set changes an issue as its edit would: title, body, state, labels.
func (s *Server) Set(number int, fields map[string]any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.set(s.issues[number-1], fields)
}

// Lock locks a conversation.
func (s *Server) Lock(number int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.issues[number-1].locked = true
}

// Disable switches issues off in the repository.
func (s *Server) Disable() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.disabled = true
}

// DropLabels has labels of new issues dropped, as without the permission to set
// them.
func (s *Server) DropLabels() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.labels = false
}

// Issues are the issues and pull requests as they are.
func (s *Server) Issues() []Issue {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var all []Issue
	for _, i := range s.issues {
		all = append(all, *i)
	}
	return all
}

// Comments are the comments of a pull request or an issue as they are.
func (s *Server) Comments(on int) []Comment {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var all []Comment
	for _, c := range s.issues[on-1].comments {
		all = append(all, *c)
	}
	return all
}

// Calls returns the requests that arrived since the last time: methods and
// paths.
func (s *Server) Calls() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// Complaints are what requests got wrong.
func (s *Server) Complaints() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.complaints)
}
