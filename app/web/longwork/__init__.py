"""Long work on screen: sheets, questions, exports."""
