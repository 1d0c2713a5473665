package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) getUser(*call) (int, any) {
	if s.viewer.Type == "Bot" {
		return refusal(http.StatusForbidden, "Resource not accessible by integration")
	}
	return http.StatusOK, s.viewer
}

func (s *Server) listIssues(c *call) (int, any) {
	if s.disabled {
		return refusal(http.StatusGone, "Issues has been disabled in this repository.")
	}
	query := c.URL.Query()
	var list []*Issue
	for _, i := range s.issues {
		state := cmp.Or(query.Get("state"), "open")
		label := query.Get("labels")
		if (state == "all" || state == i.State) && (label == "" || i.has(label)) {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b *Issue) int {
		if query.Get("sort") == "updated" {
			return cmp.Compare(b.updated, a.updated)
		}
		return cmp.Compare(b.Number, a.Number)
	})
	return http.StatusOK, page(c, list)
}

func (i *Issue) has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l Label) bool { return strings.EqualFold(l.Name, label) })
}

func (s *Server) createIssue(c *call) (int, any) {
	if s.disabled {
		return refusal(http.StatusGone, "Issues are disabled for this repo")
	}
	title, _ := c.body["title"].(string)
	if title == "" {
		return refusal(http.StatusUnprocessableEntity, "Validation Failed")
	}
	i := s.add(&Issue{Title: title, User: s.viewer})
	s.set(i, c.body)
	return http.StatusCreated, i
}

// add gives an issue its number.
func (s *Server) add(i *Issue) *Issue {
	i.Number, i.State = len(s.issues)+1, cmp.Or(i.State, "open")
	i.URL = fmt.Sprintf("%s/issues/%d", site, i.Number)
	i.updated = int(s.next())
	s.issues = append(s.issues, i)
	return i
}

func (s *Server) editIssue(c *call) (int, any) {
	i := s.issue(c.id)
	switch {
	case i == nil:
		return refusal(http.StatusNotFound, "Not Found")
	case s.disabled:
		return refusal(http.StatusGone, "Issues are disabled for this repo")
	}
	s.set(i, c.body)
	return http.StatusOK, i
}

// set changes what a request names of an issue.
func (s *Server) set(i *Issue, fields map[string]any) {
	i.updated = int(s.next())
	for name, value := range fields {
		text, _ := value.(string)
		switch name {
		case "title":
			i.Title = text
		case "body":
			i.Body = text
		case "state":
			i.State, i.ClosedAt = text, nil
			if text == "closed" {
				i.ClosedAt = new(time.Date(2026, 1, 1, 0, 0, i.updated, 0, time.UTC))
			}
		case "state_reason":
			if !slices.Contains([]string{"completed", "not_planned", "duplicate", "reopened"}, text) {
				s.complain("state_reason is %q", text)
			}
			i.StateReason = text
		case "labels":
			names, _ := value.([]any)
			if !s.labels {
				continue // as without the permission to push
			}
			i.Labels = nil
			for _, label := range names {
				i.Labels = append(i.Labels, Label{fmt.Sprint(label)})
			}
		default:
			s.complain("unknown field %s of an issue", name)
		}
	}
}

func (s *Server) issue(number int64) *Issue {
	if number < 1 || number > int64(len(s.issues)) {
		return nil
	}
	return s.issues[number-1]
}

func (s *Server) listComments(c *call) (int, any) {
	i := s.issue(c.id)
	if i == nil {
		return refusal(http.StatusNotFound, "Not Found")
	}
	return http.StatusOK, page(c, i.comments)
}

func (s *Server) createComment(c *call) (int, any) {
	i := s.issue(c.id)
	body, _ := c.body["body"].(string)
	switch {
	case i == nil:
		return refusal(http.StatusNotFound, "Not Found")
	case i.locked:
		return refusal(http.StatusForbidden, "Unable to create comment because issue is locked.")
	case body == "" || len(c.body) != 1:
		return refusal(http.StatusUnprocessableEntity, "Validation Failed")
	}
	return http.StatusCreated, s.comment(i, s.viewer, body)
}

func (s *Server) comment(i *Issue, author User, body string) *Comment {
	id := 5000 + s.next()
	kind := "issues"
	if i.Links != nil {
		kind = "pull"
	}
	made := &Comment{ID: id, Body: body, User: author, URL: fmt.Sprintf("%s/%s/%d#issuecomment-%d", site, kind, i.Number, id)}
	i.comments = append(i.comments, made)
	return made
}

// find returns a comment, and the issue that it is on.
func (s *Server) find(id int64) (*Issue, int) {
	for _, i := range s.issues {
		if at := slices.IndexFunc(i.comments, func(c *Comment) bool { return c.ID == id }); at >= 0 {
			return i, at
		}
	}
	return nil, 0
}

func (s *Server) editComment(c *call) (int, any) {
	i, at := s.find(c.id)
	body, _ := c.body["body"].(string)
	switch {
	case i == nil:
		return refusal(http.StatusNotFound, "Not Found")
	case body == "" || len(c.body) != 1:
		return refusal(http.StatusUnprocessableEntity, "Validation Failed")
	}
	i.comments[at].Body = body
	return http.StatusOK, i.comments[at]
}

func (s *Server) deleteComment(c *call) (int, any) {
	i, at := s.find(c.id)
	if i == nil {
		return refusal(http.StatusNotFound, "Not Found")
	}
	i.comments = slices.Delete(i.comments, at, at+1)
	return http.StatusNoContent, nil
}

func (s *Server) listPulls(c *call) (int, any) {
	list := []map[string]any{}
	for _, i := range s.issues {
		if i.Links == nil || !slices.Contains(append(i.commits, i.merge), c.word) {
			continue
		}
		pull := map[string]any{"number": i.Number, "state": i.State, "merge_commit_sha": i.merge, "base": map[string]any{"ref": i.base}, "merged_at": nil}
		if i.State == "closed" {
			pull["merged_at"] = "2026-11-21T12:00:00Z"
		}
		list = append(list, pull)
	}
	return http.StatusOK, page(c, list)
}
