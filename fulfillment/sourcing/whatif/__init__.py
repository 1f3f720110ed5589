"""What-if: the orders of a past period under other rules, on stock that is rebuilt as it goes."""
