package schema

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// blankLine stands for a blank line on its way through the YAML encoder, which
// drops blank lines but keeps comments.
const blankLine = "#\u2007blank line"

// keepBlankLines marks every key and item of a block that has a blank line
// above it or above its comment.
func keepBlankLines(node *yaml.Node, text string) {
	markBlankLines(node, strings.Split(text, "\n"))
}

func markBlankLines(node *yaml.Node, lines []string) {
	if node.Style&yaml.FlowStyle != 0 {
		return
	}
	step := 1
	if node.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i < len(node.Content); i++ {
		child := node.Content[i]
		if node.Kind != yaml.DocumentNode && i > 0 && i%step == 0 && blankAbove(lines, child.Line-1) {
			mark(child)
		}
		markBlankLines(child, lines)
	}
}

// mark puts the blank line above the comment of a key or item. The comment of
// an item that is a mapping belongs to its first key.
func mark(node *yaml.Node) {
	if node.HeadComment == "" {
		node.HeadComment = blankLine
	} else {
		node.HeadComment = blankLine + "\n" + node.HeadComment
	}
}

// blankAbove looks above the line (from 0) and the comments over it.
func blankAbove(lines []string, line int) bool {
	for line--; line >= 0 && line < len(lines); line-- {
		content := strings.TrimSpace(lines[line])
		if !strings.HasPrefix(content, "#") {
			return content == ""
		}
	}
	return false
}

// restoreBlankLines turns the marks back, one blank line where there would be
// two.
func restoreBlankLines(text string) string {
	var out strings.Builder
	blank := true
	for line := range strings.Lines(text) {
		content := strings.TrimSpace(line)
		switch {
		case content != blankLine:
			out.WriteString(line)
			blank = content == ""
		case !blank:
			out.WriteString("\n")
			blank = true
		}
	}
	return out.String()
}
