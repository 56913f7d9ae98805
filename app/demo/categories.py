"""Whom the two subsidies of labour contracts are paid for, as their definitions call them, and their sheets."""

from app.programmes.installed import programme_of

UNEMPLOYED, STRANDED_MIGRANT = "unemployed", "stranded_migrant"
HIRING_SHEET, SERVICE_SHEET = (programme_of(code).sheet for code in ("hiring_subsidy", "service_subsidy"))
CATEGORIES = HIRING_SHEET.column("category").choices
