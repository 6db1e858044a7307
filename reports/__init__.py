"""Result records to tables, figures and one page. Reads files only: no torch, none of ours."""
