"""What is drawn beneath the flags where no basemap is: areas, streets, water and parks."""
